import { JobberSyncError } from "@jobber-sync/core";
import type { Connection } from "./connection.ts";
import { isBusy, storeError } from "./store-error.ts";
import { createTransaction, type Transaction } from "./transaction.ts";

/** Writes of one turn of the event loop, in one transaction. */
export interface GroupCommit {
  /**
   * Runs `work` inside a transaction, with others that were asked for in the same turn. Resolves when that is on the disk.
   *
   * @param work synchronous; may be run again when the transaction has to be repeated, so it must have no effect but on the database
   * @param options.oneStatement that `work` writes with one statement at most, which is all or nothing by itself: it then needs no
   * savepoint, a sixth of what an accepted delivery costs. @default false
   * @throws {JobberSyncError} `ERR_STORE`, `ERR_STORE_BUSY`, `ERR_STORE_FULL`: nothing of it was written
   */
  write<T>(work: (transaction: Transaction) => T, options?: { readonly oneStatement?: boolean }): Promise<T>;
  /** Writes what was asked for, and refuses what comes later. */
  close(): Promise<void>;
}

/** How writes are grouped. */
export interface GroupCommitOptions {
  /** How long a write may wait for another process's lock. Milliseconds. */
  readonly busyMs: number;
}

interface Task {
  readonly work: (transaction: Transaction) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** `performance.now()` when it was asked for. */
  readonly since: number;
  readonly oneStatement: boolean;
  /** Whether it gets a transaction of its own, because the one it was in has failed. */
  alone: boolean;
}

type Settled = { readonly value: unknown } | { readonly error: unknown };

/** A flush to the disk is some hundred times the cost of a row; more rows than this gain little, and hold the lock. */
const MAX_BATCH = 256;
/**
 * SQLite's lock is not fair: another process that writes without a pause leaves it free for moments only. Looking often, while this
 * program goes on with its work, finds one; SQLite's own waiting (up to 100 ms between looks) does not.
 */
const RETRY_MS = 1;

/** Groups the writes of one connection. Nothing but its `work` may write on that connection. */
export function createGroupCommit(connection: Connection, { busyMs }: GroupCommitOptions): GroupCommit {
  const transaction = createTransaction(connection);
  const queue: Task[] = [];
  let scheduled = false;
  /** `performance.now()` since when somebody else has the lock. */
  let busySince: number | null = null;
  let closing: Promise<void> | null = null;
  let closed: () => void = () => {};

  return {
    write<T>(work: (transaction: Transaction) => T, { oneStatement = false } = {}): Promise<T> {
      if (closing !== null) {
        return Promise.reject(
          new JobberSyncError("ERR_STORE", "The SQLite database was closed by this program."),
        );
      }
      return new Promise<T>((resolve, reject) => {
        const since = performance.now();
        queue.push({
          work,
          resolve: resolve as (value: unknown) => void,
          reject,
          since,
          oneStatement,
          alone: false,
        });
        schedule();
      });
    },
    close() {
      closing ??= new Promise((resolve) => {
        closed = resolve;
        schedule();
      });
      return closing;
    },
  };

  /** After the turn's input: requests that arrived together are in the queue by then. */
  function schedule(): void {
    if (scheduled) return;
    scheduled = true;
    setImmediate(flush);
  }

  function flush(): void {
    scheduled = false;
    const batch = takeBatch();
    const left = batch.length === 0 ? [] : commit(batch);
    queue.unshift(...left);
    if (queue.length === 0) {
      if (closing !== null) closed();
    } else if (busySince === null) {
      schedule();
    } else {
      scheduled = true;
      setTimeout(flush, RETRY_MS);
    }
  }

  function takeBatch(): readonly Task[] {
    const firstAlone = queue.slice(0, MAX_BATCH).findIndex(({ alone }) => alone);
    return queue.splice(0, firstAlone === -1 ? MAX_BATCH : Math.max(1, firstAlone));
  }

  /** @returns those that are to be tried again */
  function commit(batch: readonly Task[]): readonly Task[] {
    try {
      transaction.begin();
      busySince = null;
    } catch (error) {
      if (isBusy(error)) return batch.filter((task) => !gaveUp(task));
      for (const task of batch) task.reject(storeError(error));
      return [];
    }
    let settled: readonly Settled[];
    try {
      settled = batch.length === 1 ? batch.map(runBare) : batch.map(runAmongOthers);
      transaction.commit();
    } catch (error) {
      transaction.rollback();
      if (batch.length > 1) {
        // One by one, so that no caller fails for its neighbour.
        for (const task of batch) task.alone = true;
        return batch;
      }
      for (const task of batch) task.reject(storeError(error));
      return [];
    }
    for (const [index, task] of batch.entries()) {
      const outcome = settled[index];
      if (outcome !== undefined && "value" in outcome) task.resolve(outcome.value);
      else task.reject(storeError(outcome?.error));
    }
    return [];
  }

  /** A failure ends the transaction. */
  function runBare({ work }: Task): Settled {
    return { value: work(transaction) };
  }

  function runAmongOthers(task: Task): Settled {
    if (task.oneStatement) return runBare(task);
    transaction.savepoint();
    try {
      const value = task.work(transaction);
      transaction.release();
      return { value };
    } catch (error) {
      // Throws when the failure has ended the whole transaction (a full disk does); the batch is tried again then.
      transaction.rollbackToSavepoint();
      return { error };
    }
  }

  /** Whether a task has waited long enough for somebody else's lock; its time in our own queue does not count. */
  function gaveUp(task: Task): boolean {
    const now = performance.now();
    busySince ??= now;
    if (now - Math.max(task.since, busySince) < busyMs) return false;
    task.reject(
      new JobberSyncError(
        "ERR_STORE_BUSY",
        `The database was locked by another process for ${busyMs} ms; nothing was written.`,
      ),
    );
    return true;
  }
}
