import type { Connection } from "./connection.ts";

/** An open write transaction. No other connection writes until it ends. */
export interface Transaction extends Connection {
  /** Returns the next number of the database's one sequence, which every process shares. */
  nextSequence(): number;
}

/** A transaction with the means to begin and end it. One at a time. */
export interface OwnTransaction extends Transaction {
  /** Takes the write lock at once, so that rows read later cannot change before the commit. */
  begin(): void;
  /** Returns once the transaction is on disk. */
  commit(): void;
  /** Also works when SQLite has already rolled back by itself. */
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
}

/** Creates the transaction of a connection. */
export function createTransaction(connection: Connection): OwnTransaction {
  // Counted in memory while the lock is held and written once: a batch of 256 deliveries draws 256
  // numbers.
  let counter: number | null = null;
  return {
    ...connection,
    begin() {
      counter = null;
      connection.run("BEGIN IMMEDIATE");
    },
    commit() {
      if (counter !== null)
        connection.run("UPDATE jobber_sequence SET value = ? WHERE id = 1", counter);
      connection.run("COMMIT");
    },
    rollback() {
      try {
        connection.run("ROLLBACK");
      } catch {
        // SQLite has already ended the transaction, as it does on a full or failing disk.
      }
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
}
