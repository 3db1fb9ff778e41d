import { JobberSyncError } from "@jobber-sync/core";
import type { OpenFile } from "./open-file.ts";
import { isBusy, storeError } from "./store-error.ts";
import { createTransaction, type Transaction } from "./transaction.ts";

/** Writes the tasks of one turn of the event loop in one transaction. */
export interface GroupCommit {
  /**
   * Runs `work` in a transaction together with the other writes of the same turn. Resolves once the
   * transaction is on disk; with `flush: false`, once it is committed.
   *
   * @param work synchronous; may run again when the transaction is repeated, so its only effect
   *   must be on the database
   * @throws {JobberSyncError} `ERR_STORE`, `ERR_STORE_BUSY`, `ERR_STORE_FULL`: nothing of this
   *   write is stored
   */
  write<T>(work: (transaction: Transaction) => T, options?: WriteOptions): Promise<T>;
  /** Finishes the writes that were requested, and rejects later ones. */
  close(): Promise<void>;
}

/** Options of {@link GroupCommit.write}. */
export interface WriteOptions {
  /**
   * Skips the savepoint around `work`, a sixth of the cost of an accepted delivery. An error then
   * repeats the whole batch one by one, so it must be rare.
   *
   * @default false
   */
  readonly withoutSavepoint?: boolean;
  /**
   * `false` commits without waiting for the disk, unless the transaction is shared with a write
   * that waits. The end of the process loses nothing, a power failure the last moments. Only for
   * claims and settlements: losing one repeats a run.
   *
   * @default true
   */
  readonly flush?: boolean;
  /** Called after the commit, once per transaction for all writes that pass the same function. */
  readonly onCommit?: () => void;
}

/** Options of {@link createGroupCommit}. */
export interface GroupCommitOptions {
  /** Time that a write waits for the lock of another process. Milliseconds. */
  readonly busyMs: number;
}

interface Task {
  readonly work: (transaction: Transaction) => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** `performance.now()` of the request. */
  readonly since: number;
  readonly withoutSavepoint: boolean;
  readonly flush: boolean;
  readonly onCommit: (() => void) | undefined;
  /** Whether the task gets a transaction of its own, because its batch has failed. */
  alone: boolean;
  failed: boolean;
  /** The result of the work, or the error it threw. */
  outcome: unknown;
}

/**
 * A flush to disk costs about as much as 100 rows. Larger batches gain little and hold the lock
 * longer.
 */
const MAX_BATCH = 256;
/**
 * SQLite's lock is not fair: a process that writes without pause leaves it free for moments only.
 * Trying every millisecond, while this process continues, finds such a moment. SQLite's own busy
 * handler, with up to 100 ms between tries, does not.
 */
const RETRY_MS = 1;
const DEFAULTS: WriteOptions = {};

/** Groups the writes of one file. Nothing else may write on its connection. */
export function createGroupCommit(file: OpenFile, { busyMs }: GroupCommitOptions): GroupCommit {
  const transaction = createTransaction(file.connection, file.synchronous);
  let queue: Task[] = [];
  let scheduled = false;
  /** `performance.now()` since which another process holds the lock. */
  let busySince: number | null = null;
  let closing: Promise<void> | null = null;
  let closed: () => void = () => {};

  return {
    write<T>(
      work: (transaction: Transaction) => T,
      { withoutSavepoint = false, flush = true, onCommit } = DEFAULTS,
    ): Promise<T> {
      if (closing !== null) return Promise.reject(closedError());
      return new Promise<T>((resolve, reject) => {
        queue.push({
          work,
          resolve: resolve as (value: unknown) => void,
          reject,
          since: performance.now(),
          withoutSavepoint,
          flush,
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

  /**
   * Defers the flush until after the turn's input: requests that arrived together are queued by
   * then.
   */
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
    if (!begin(batch)) return;
    try {
      for (const task of batch) run(task, batch.length === 1);
      transaction.commit();
    } catch (error) {
      transaction.rollback();
      if (batch.length === 1) {
        rejectAll(batch, error);
      } else {
        // One by one, so that no task fails because of another one.
        for (const task of batch) task.alone = true;
        queue = [...batch, ...queue];
      }
      return;
    }
    try {
      file.verifyCommit();
    } catch (error) {
      rejectAll(batch, error);
      return;
    }
    resolveAll(batch);
  }

  /** Returns whether the transaction has begun; if not, the batch is rejected or queued again. */
  function begin(batch: readonly Task[]): boolean {
    const begun = performance.now();
    try {
      file.ensureSafe();
      transaction.begin({ flush: batch.some(({ flush }) => flush) });
      busySince = null;
      return true;
    } catch (error) {
      if (isBusy(error)) {
        busySince ??= begun;
        queue = [...batch, ...queue].filter((task) => !timedOut(task));
      } else {
        rejectAll(batch, error);
      }
      return false;
    }
  }

  /** Runs one task. An error that is not caught here ends the transaction. */
  function run(task: Task, alone: boolean): void {
    task.failed = false;
    if (alone || task.withoutSavepoint) {
      task.outcome = task.work(transaction);
      return;
    }
    transaction.savepoint();
    try {
      task.outcome = task.work(transaction);
      transaction.release();
    } catch (error) {
      // Throws if the error has ended the whole transaction, as a full disk does. The batch is then
      // repeated.
      transaction.rollbackToSavepoint();
      task.failed = true;
      task.outcome = error;
    }
  }

  /** Rejects a task that has waited `busyMs` for another process; its time in the queue is free. */
  function timedOut(task: Task): boolean {
    if (busySince === null || performance.now() - Math.max(task.since, busySince) < busyMs)
      return false;
    task.reject(
      new JobberSyncError(
        "ERR_STORE_BUSY",
        `The SQLite database was locked by another process for ${busyMs} ms; nothing was written.`,
      ),
    );
    return true;
  }
}

function resolveAll(batch: readonly Task[]): void {
  let called: (() => void) | undefined;
  for (const { failed, outcome, resolve, reject, onCommit } of batch) {
    if (failed) {
      reject(storeError(outcome));
      continue;
    }
    if (onCommit !== called) onCommit?.();
    called = onCommit;
    resolve(outcome);
  }
}

function rejectAll(batch: readonly Task[], error: unknown): void {
  for (const task of batch) task.reject(storeError(error));
}

function closedError(): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE",
    "The SQLite database is closed. Stop the worker and the server before you call close().",
    { retryable: false },
  );
}
