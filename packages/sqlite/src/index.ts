export type { SqliteHandle, SqliteStatement, SqliteValue } from "./connection/sqlite-handle.ts";
export { openSqlite, type Sqlite, type SqliteOptions } from "./open-sqlite.ts";
