import type { SqliteHandle, SqliteStatement, SqliteValue } from "./sqlite-handle.ts";

/**
 * Executes statements on a handle and prepares each text once. Texts come from this package and are
 * few; values are always bound.
 */
export interface Connection {
  /** Executes statements without keeping them prepared, as pragmas need that act when compiled. */
  exec(sql: string): void;
  /** Executes a statement that returns no rows. */
  run(sql: string, ...values: readonly SqliteValue[]): void;
  /** Returns the first row, or `undefined`. `T` must describe the columns of the statement. */
  get<T>(sql: string, ...values: readonly SqliteValue[]): T | undefined;
  /** Returns all rows. `T` must describe the columns of the statement. */
  all<T>(sql: string, ...values: readonly SqliteValue[]): readonly T[];
}

/** A connection whose handle can be exchanged. */
export interface ReopenableConnection extends Connection {
  /** Executes later statements on another handle of the same database. */
  use(handle: SqliteHandle): void;
}

/** Creates the connection of a handle. */
export function createConnection(initial: SqliteHandle): ReopenableConnection {
  const statements = new Map<string, SqliteStatement>();
  let handle = initial;
  const prepared = (sql: string): SqliteStatement => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = prepare(handle, sql);
      statements.set(sql, statement);
    }
    return statement;
  };
  return {
    exec(sql) {
      handle.exec(sql);
    },
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
    use(next) {
      handle = next;
      statements.clear();
    },
  };
}

/** Result modes of a statement: those of `node:sqlite`, and of better-sqlite3. */
interface StatementModes {
  setReadBigInts?(enabled: boolean): unknown;
  setReturnArrays?(enabled: boolean): unknown;
  safeIntegers?(enabled: boolean): unknown;
}

/**
 * Prepares a statement that returns objects and numbers, whatever the handle's default modes are.
 */
export function prepare(handle: SqliteHandle, sql: string): SqliteStatement {
  const statement = handle.prepare(sql) as SqliteStatement & StatementModes;
  statement.setReadBigInts?.(false);
  statement.setReturnArrays?.(false);
  statement.safeIntegers?.(false);
  return statement;
}
