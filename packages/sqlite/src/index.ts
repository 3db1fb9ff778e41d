export type { SqliteHandle, SqliteStatement, SqliteValue } from "./database/sqlite-handle.ts";
export { openSqlite, type Sqlite, type SqliteOptions } from "./open-sqlite.ts";
export type { SqliteOutbox } from "./outbox/outbox.ts";
export type { PreparedStatement } from "./outbox/put.ts";
