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
  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): Promise<T>;
  /** Writes what was asked for, and rejects what comes later. */
  close(): Promise<void>;
}

/** What is special about a write. */
interface WriteOptions {
  /**
   * That `work` writes with one statement at most, which is all or nothing by itself: it then needs no savepoint, a sixth of what an
   * accepted delivery costs. @default false
   */
  readonly oneStatement?: boolean;
  /** Called when it is on the disk; once for all writes of a transaction that name the same function. */
  readonly onCommit?: () => void;
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
  readonly onCommit: (() => void) | undefined;
  /** Whether it gets a transaction of its own, because the one it was in has failed. */
  alone: boolean;
  failed: boolean;
  /** What the work gave, or the error it failed with. */
  outcome: unknown;
}

/** A flush to the disk is some hundred times the cost of a row; more rows than this gain little, and hold the lock. */
const MAX_BATCH = 256;
/**
 * SQLite's lock is not fair: another process that writes without a pause leaves it free for moments only. Looking often, while this
 * program goes on with its work, finds one; SQLite's own waiting (up to 100 ms between looks) does not.
 */
const RETRY_MS = 1;
const USUAL: WriteOptions = {};

/** Groups the writes of one connection. Nothing but its `work` may write on that connection. */
export function createGroupCommit(
  connection: Connection,
  { busyMs }: GroupCommitOptions,
): GroupCommit {
  const transaction = createTransaction(connection);
  let queue: Task[] = [];
  let scheduled = false;
  /** `performance.now()` since when somebody else has the lock. */
  let busySince: number | null = null;
  let closing: Promise<void> | null = null;
  let closed: () => void = () => {};

  return {
    write<T>(
      work: (transaction: Transaction) => T,
      { oneStatement = false, onCommit } = USUAL,
    ): Promise<T> {
      if (closing !== null) {
        return Promise.reject(
          new JobberSyncError(
            "ERR_STORE",
            "The SQLite database was closed by this program. Stop the worker and the server before.",
            { retryable: false },
          ),
        );
      }
      return new Promise<T>((resolve, reject) => {
        queue.push({
          work,
          resolve: resolve as (value: unknown) => void,
          reject,
          since: performance.now(),
          oneStatement,
          onCommit,
          alone: false,
          failed: false,
          outcome: undefined,
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
    if (queue.length > 0) commit(takeBatch());
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

  function commit(batch: readonly Task[]): void {
    const begun = performance.now();
    try {
      transaction.begin();
      busySince = null;
    } catch (error) {
      if (isBusy(error)) {
        busySince ??= begun;
        queue = [...batch, ...queue].filter((task) => !gaveUp(task));
      } else {
        reject(batch, error);
      }
      return;
    }
    try {
      for (const task of batch) run(task, batch.length === 1);
      transaction.commit();
    } catch (error) {
      transaction.rollback();
      if (batch.length === 1) {
        reject(batch, error);
      } else {
        // One by one, so that no caller fails for its neighbour.
        for (const task of batch) task.alone = true;
        queue = [...batch, ...queue];
      }
      return;
    }
    let told: (() => void) | undefined;
    for (const { failed, outcome, resolve, reject, onCommit } of batch) {
      if (failed) {
        reject(storeError(outcome));
        continue;
      }
      if (onCommit !== told) onCommit?.();
      told = onCommit;
      resolve(outcome);
    }
  }

  /** A failure that is not caught here ends the transaction. */
  function run(task: Task, alone: boolean): void {
    task.failed = false;
    if (alone || task.oneStatement) {
      task.outcome = task.work(transaction);
      return;
    }
    transaction.savepoint();
    try {
      task.outcome = task.work(transaction);
      transaction.release();
    } catch (error) {
      // Throws when the failure has ended the whole transaction (a full disk does); the batch is tried again then.
      transaction.rollbackToSavepoint();
      task.failed = true;
      task.outcome = error;
    }
  }

  function reject(batch: readonly Task[], error: unknown): void {
    for (const task of batch) task.reject(storeError(error));
  }

  /** Whether a task has waited long enough for somebody else's lock; its time in our own queue does not count. */
  function gaveUp(task: Task): boolean {
    if (busySince === null || performance.now() - Math.max(task.since, busySince) < busyMs)
      return false;
    task.reject(
      new JobberSyncError(
        "ERR_STORE_BUSY",
        `The database was locked by another process for ${busyMs} ms; nothing was written.`,
      ),
    );
    return true;
  }
}
