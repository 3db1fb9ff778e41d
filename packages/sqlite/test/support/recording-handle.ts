import { DatabaseSync } from "node:sqlite";
import type { SqliteHandle, SqliteValue } from "@jobber-sync/sqlite";
import { onTestFinished } from "vitest";

/** An executed statement. */
export interface Call {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
}

/** Creates a handle that records every execution of a prepared statement. */
export function recordingHandle(path: string): {
  readonly handle: SqliteHandle;
  /** The connection behind the handle. Its own use is not recorded. */
  readonly database: DatabaseSync;
  readonly calls: Call[];
} {
  const database = new DatabaseSync(path);
  onTestFinished(() => database.close());
  const calls: Call[] = [];
  const handle: SqliteHandle = {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      const recorded =
        <T>(method: (...values: SqliteValue[]) => T) =>
        (...values: SqliteValue[]): T => {
          calls.push({ sql, values });
          return method.apply(statement, values);
        };
      return {
        run: recorded(statement.run),
        get: recorded(statement.get),
        all: recorded(statement.all),
      };
    },
  };
  return { handle, database, calls };
}
