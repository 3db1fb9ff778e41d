import type { Connection } from "./connection.ts";

/** A write transaction that is open: no other connection writes meanwhile. */
export interface Transaction extends Connection {
  /** The next number of the one sequence of this database, which every process shares. */
  nextSequence(): number;
}

/** A transaction with the means to begin and end it. One at a time. */
export interface OwnTransaction extends Transaction {
  /** Takes the write lock at once, so that what is read afterwards stays true. */
  begin(): void;
  /** Returns when it is on the disk. */
  commit(): void;
  /** Also when SQLite has rolled back by itself. */
  rollback(): void;
  savepoint(): void;
  release(): void;
  rollbackToSavepoint(): void;
}

/** Makes the transaction of a connection. */
export function createTransaction(connection: Connection): OwnTransaction {
  // Counted in memory while the lock is held, and written once: a batch of 256 deliveries takes 256 numbers.
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
        // A full disk, a broken disk: SQLite has ended the transaction already.
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
