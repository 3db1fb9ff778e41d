import type { SqliteHandle } from "./sqlite-handle.ts";

/** What `PRAGMA name` says in `column` of its first row. */
export function readPragma(handle: SqliteHandle, name: string, column: string): unknown {
  const row = handle.prepare(`PRAGMA ${name}`).get() as
    | Readonly<Record<string, unknown>>
    | undefined;
  return row?.[column];
}
