import type { Connection } from "./connection.ts";

/** An open write transaction. No other connection writes until it ends. */
export interface Transaction extends Connection {
  /** Returns the next number of the database's one sequence, which every process shares. */
  nextSequence(): number;
}

/** A transaction with the means to begin and end it. One at a time. */
export interface OwnTransaction extends Transaction {
  /**
   * Takes the write lock at once, so that rows read later cannot change before the commit.
   *
   * @param options.flush whether `commit` returns only once the transaction is on disk
   */
  begin(options: { readonly flush: boolean }): void;
  commit(): void;
  /** Also works when SQLite has already rolled back by itself. */
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
}

/** In the write-ahead log, `synchronous=NORMAL` flushes at checkpoints and not at commits. */
const WITHOUT_FLUSH = "NORMAL";

/**
 * Creates the transaction of a connection.
 *
 * @param synchronous the handle's setting with which a commit is flushed
 */
export function createTransaction(connection: Connection, synchronous: string): OwnTransaction {
  /** Whether commits are not flushed at the moment. */
  let lowered = false;
  // Counted in memory while the lock is held and written once: a batch of 256 deliveries draws 256
  // numbers.
  let counter: number | null = null;
  return {
    ...connection,
    begin({ flush }) {
      counter = null;
      if (flush) restoreFlush();
      else {
        lowered = true;
        connection.exec(`PRAGMA synchronous = ${WITHOUT_FLUSH}`);
      }
      connection.run("BEGIN IMMEDIATE");
    },
    commit() {
      if (counter !== null)
        connection.run("UPDATE jobber_sequence SET value = ? WHERE id = 1", counter);
      connection.run("COMMIT");
      end();
    },
    rollback() {
      try {
        connection.run("ROLLBACK");
      } catch {
        // SQLite has already ended the transaction, as it does on a full or failing disk.
      }
      end();
    },
    savepoint() {
      connection.run("SAVEPOINT jobber_task");
    },
    release() {
      connection.run("RELEASE jobber_task");
    },
    rollbackToSavepoint() {
      connection.run("ROLLBACK TO jobber_task");
      connection.run("RELEASE jobber_task");
    },
    nextSequence() {
      counter ??=
        connection.get<{ value: number }>("SELECT value FROM jobber_sequence WHERE id = 1")
          ?.value ?? 0;
      counter += 1;
      return counter;
    },
  };

  /** Restores the setting for the program's own writes on a handle that was passed in. */
  function end(): void {
    try {
      restoreFlush();
    } catch {
      // The next transaction that must be flushed tries again, and fails if that fails.
    }
  }

  function restoreFlush(): void {
    if (!lowered) return;
    connection.exec(`PRAGMA synchronous = ${synchronous}`);
    lowered = false;
  }
}
