/** A value that SQLite binds and returns. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

/** A prepared statement. Values are bound by position. */
export interface SqliteStatement {
  /** Executes a statement that returns no rows. */
  run(...values: SqliteValue[]): unknown;
  /** Returns the first row, or `undefined`. */
  get(...values: SqliteValue[]): unknown;
  /** Returns all rows. */
  all(...values: SqliteValue[]): unknown[];
}

/**
 * A synchronous SQLite connection: `DatabaseSync` of `node:sqlite`, `Database` of better-sqlite3,
 * or any object with these two methods.
 *
 * A handle that you pass in stays yours and is not closed. Do not keep a transaction of your own
 * open on it across an `await`: writes of this package fail until it ends.
 */
export interface SqliteHandle {
  /** Executes statements without returning rows. */
  exec(sql: string): unknown;
  /** Prepares one statement. */
  prepare(sql: string): SqliteStatement;
}
