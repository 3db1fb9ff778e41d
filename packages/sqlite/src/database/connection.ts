import type { SqliteHandle, SqliteStatement, SqliteValue } from "./sqlite-handle.ts";

/**
 * Executes statements on a handle and prepares each text once. Texts come from this package and are
 * few; values are always bound.
 */
export interface Connection {
  /** Executes a statement that returns no rows. */
  run(sql: string, ...values: readonly SqliteValue[]): void;
  /** Returns the first row, or `undefined`. `T` must describe the columns of the statement. */
  get<T>(sql: string, ...values: readonly SqliteValue[]): T | undefined;
  /** Returns all rows. `T` must describe the columns of the statement. */
  all<T>(sql: string, ...values: readonly SqliteValue[]): readonly T[];
}

/** Creates the connection of a handle. */
export function createConnection(handle: SqliteHandle): Connection {
  const statements = new Map<string, SqliteStatement>();
  const prepared = (sql: string): SqliteStatement => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = handle.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    run(sql, ...values) {
      prepared(sql).run(...values);
    },
    get<T>(sql: string, ...values: readonly SqliteValue[]) {
      // node:sqlite and better-sqlite3 return undefined for no row, other libraries null.
      return (prepared(sql).get(...values) ?? undefined) as T | undefined;
    },
    all<T>(sql: string, ...values: readonly SqliteValue[]) {
      return prepared(sql).all(...values) as T[];
    },
  };
}
