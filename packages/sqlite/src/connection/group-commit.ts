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
   * @throws {JobberSyncError} `ERR_STORE`, `ERR_STORE_BUSY`, `ERR_STORE_FULL`: nothing of it was written
   */
  write<T>(work: (transaction: Transaction) => T): Promise<T>;
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
  /** `performance.now()` after which it stops waiting for the lock. */
  readonly deadline: number;
}

type Settled = { readonly value: unknown } | { readonly error: unknown };

/** A flush to the disk is some hundred times the cost of a row; more rows than this gain nothing, and hold the lock. */
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
  let closed: (() => void) | null = null;

  return {
    write<T>(work: (transaction: Transaction) => T): Promise<T> {
      if (closed !== null) {
        return Promise.reject(
          new JobberSyncError("ERR_STORE", "The SQLite database was closed by this program."),
        );
      }
      return new Promise<T>((resolve, reject) => {
        const deadline = performance.now() + busyMs;
        queue.push({ work, resolve: resolve as (value: unknown) => void, reject, deadline });
        schedule();
      });
    },
    close() {
      return new Promise((resolve) => {
        closed = resolve;
        schedule();
      });
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
    const batch = queue.splice(0, MAX_BATCH);
    if (batch.length > 0 && !commit(batch)) {
      queue.unshift(...batch.filter((task) => !expired(task)));
      scheduled = true;
      setTimeout(flush, RETRY_MS);
      return;
    }
    if (queue.length > 0) schedule();
    else closed?.();
  }

  /** @returns `false` when somebody else holds the lock */
  function commit(batch: readonly Task[]): boolean {
    let settled: readonly Settled[];
    try {
      transaction.begin();
    } catch (error) {
      if (isBusy(error)) return false;
      for (const task of batch) task.reject(storeError(error));
      return true;
    }
    try {
      settled = batch.length === 1 ? batch.map(alone) : batch.map(inSavepoint);
      transaction.commit();
    } catch (error) {
      transaction.rollback();
      // Repeated one by one, so that no caller fails for its neighbour.
      if (batch.length > 1) for (const task of batch) commitOrReject(task);
      else for (const task of batch) task.reject(storeError(error));
      return true;
    }
    for (const [index, task] of batch.entries()) {
      const outcome = settled[index];
      if (outcome !== undefined && "value" in outcome) task.resolve(outcome.value);
      else task.reject(storeError(outcome?.error));
    }
    return true;
  }

  function commitOrReject(task: Task): void {
    if (!commit([task])) {
      task.reject(
        storeError(new JobberSyncError("ERR_STORE_BUSY", "The database is locked by another process.")),
      );
    }
  }

  function alone({ work }: Task): Settled {
    return { value: work(transaction) };
  }

  function inSavepoint({ work }: Task): Settled {
    transaction.savepoint();
    try {
      const value = work(transaction);
      transaction.release();
      return { value };
    } catch (error) {
      // Throws when the failure has ended the whole transaction (a full disk does); the batch is repeated then.
      transaction.rollbackToSavepoint();
      return { error };
    }
  }

  function expired(task: Task): boolean {
    if (performance.now() < task.deadline) return false;
    task.reject(
      new JobberSyncError(
        "ERR_STORE_BUSY",
        `The database was locked by another process for ${busyMs} ms; nothing was written.`,
      ),
    );
    return true;
  }
}
