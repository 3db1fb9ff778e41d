import { prepare } from "../database/connection.ts";
import type { SqliteHandle } from "../database/sqlite-handle.ts";
import { rejectNewer, schemaVersion } from "./check-schema.ts";
import { MIGRATIONS } from "./migrations.ts";

const CREATE =
  "CREATE TABLE IF NOT EXISTS jobber_schema (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT";
const NOTE =
  "INSERT INTO jobber_schema (version, applied_at) VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))";

/**
 * Brings the tables to this release's version in one transaction. Several processes may run it at
 * once, and any number of times.
 *
 * @throws {JobberSyncError} `ERR_STORE_SCHEMA` for tables of a newer release
 */
export function migrate(handle: SqliteHandle): void {
  handle.exec("BEGIN IMMEDIATE");
  try {
    handle.exec(CREATE);
    const version = schemaVersion(handle);
    rejectNewer(version);
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      handle.exec(sql);
      prepare(handle, NOTE).run(index + 1);
    }
    handle.exec("COMMIT");
  } catch (error) {
    rollback(handle);
    throw error;
  }
}

function rollback(handle: SqliteHandle): void {
  try {
    handle.exec("ROLLBACK");
  } catch {
    // The transaction had not begun, or SQLite has ended it. The first error says more.
  }
}
