import { prepare } from "./connection.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";

/** Returns `column` of the first row of `PRAGMA name`. */
export function readPragma(handle: SqliteHandle, name: string, column: string): unknown {
  const row = prepare(handle, `PRAGMA ${name}`).get() as
    | Readonly<Record<string, unknown>>
    | undefined;
  return row?.[column];
}
