/** What SQLite can bind and give back. */
export type SqliteValue = string | number | bigint | null | Uint8Array;

/** A prepared statement. Values are bound by position. */
export interface SqliteStatement {
  /** Executes a statement that gives no rows. */
  run(...values: SqliteValue[]): unknown;
  /** The first row, or `undefined`. */
  get(...values: SqliteValue[]): unknown;
  all(...values: SqliteValue[]): unknown[];
}

/**
 * A synchronous SQLite connection: `DatabaseSync` of `node:sqlite`, `Database` of better-sqlite3, or anything else with these two methods.
 *
 * One that you pass in stays yours: it is not closed. Leave no transaction of your own open on it across an `await`: writes that come
 * meanwhile fail.
 */
export interface SqliteHandle {
  exec(sql: string): unknown;
  prepare(sql: string): SqliteStatement;
}
