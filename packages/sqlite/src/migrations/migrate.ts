import { JobberSyncError } from "@jobber-sync/core";
import type { SqliteHandle } from "../database/sqlite-handle.ts";
import { RECORDS } from "./0001-records.ts";
import { INBOX } from "./0002-inbox.ts";
import { CONNECTIONS } from "./0003-connections.ts";

/** In order; the place in the list, from 1, is the version. A released one is never changed. */
const MIGRATIONS: readonly string[] = [RECORDS, INBOX, CONNECTIONS];

/**
 * Brings the tables to this release's version, in one transaction: several processes may do it at once, and each time again.
 *
 * @throws {JobberSyncError} `ERR_STORE_SCHEMA` when the tables are of a newer release
 */
export function migrate(handle: SqliteHandle): void {
  handle.exec("BEGIN IMMEDIATE");
  try {
    handle.exec(
      "CREATE TABLE IF NOT EXISTS jobber_schema (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL) STRICT",
    );
    const version = schemaVersion(handle);
    rejectNewer(version);
    for (const [index, sql] of MIGRATIONS.entries()) {
      if (index < version) continue;
      handle.exec(sql);
      handle
        .prepare(
          "INSERT INTO jobber_schema (version, applied_at) VALUES (?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
        )
        .run(index + 1);
    }
    handle.exec("COMMIT");
  } catch (error) {
    rollback(handle);
    throw error;
  }
}

/**
 * Checks that tables and indexes are there, as this release knows them: statements name the index they use.
 *
 * @throws {JobberSyncError} `ERR_STORE_SCHEMA`
 */
export function checkSchema(handle: SqliteHandle): void {
  const there = new Set(
    handle
      .prepare("SELECT name FROM sqlite_master WHERE type IN ('table', 'index')")
      .all()
      .map((row) => (row as { readonly name: string }).name),
  );
  const version = there.has("jobber_schema") ? schemaVersion(handle) : 0;
  rejectNewer(version);
  if (version < MIGRATIONS.length) {
    throw new JobberSyncError(
      "ERR_STORE_SCHEMA",
      `The SQLite database is at version ${version} of ${MIGRATIONS.length}. Open it once without { migrate: false }.`,
    );
  }
  const missing = namesIn(MIGRATIONS.join("\n")).filter((name) => !there.has(name));
  if (missing.length > 0) {
    throw new JobberSyncError(
      "ERR_STORE_SCHEMA",
      `The SQLite database lacks ${missing.join(", ")}, which somebody has dropped. Restore it from a backup.`,
    );
  }
}

function schemaVersion(handle: SqliteHandle): number {
  const row = handle
    .prepare("SELECT coalesce(max(version), 0) AS version FROM jobber_schema")
    .get();
  return (row as { readonly version: number }).version;
}

function rejectNewer(version: number): void {
  if (version <= MIGRATIONS.length) return;
  throw new JobberSyncError(
    "ERR_STORE_SCHEMA",
    `The SQLite database is at version ${version}, this release knows ${MIGRATIONS.length}. Use the newer release of @jobber-sync/sqlite that made it.`,
  );
}

function namesIn(sql: string): readonly string[] {
  return [...sql.matchAll(/CREATE (?:TABLE|INDEX) (\w+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}

function rollback(handle: SqliteHandle): void {
  try {
    handle.exec("ROLLBACK");
  } catch {
    // Not begun, or ended by SQLite: the first error says more.
  }
}
