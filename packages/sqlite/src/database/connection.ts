import type { SqliteHandle, SqliteStatement, SqliteValue } from "./sqlite-handle.ts";

/** Statements on a handle, each prepared once. The texts come from this package and are few; values are always bound. */
export interface Connection {
  /** Executes a statement that gives no rows. */
  run(sql: string, ...values: readonly SqliteValue[]): void;
  /** The first row, or `undefined`. `T` is what the statement's text says. */
  get<T>(sql: string, ...values: readonly SqliteValue[]): T | undefined;
  all<T>(sql: string, ...values: readonly SqliteValue[]): readonly T[];
}

/** Wraps a handle. */
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
      // better-sqlite3 and node:sqlite say undefined, others null.
      return (prepared(sql).get(...values) ?? undefined) as T | undefined;
    },
    all<T>(sql: string, ...values: readonly SqliteValue[]) {
      return prepared(sql).all(...values) as T[];
    },
  };
}
