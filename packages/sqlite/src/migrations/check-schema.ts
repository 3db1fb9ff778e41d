import { JobberSyncError } from "@jobber-sync/core";
import { prepare } from "../database/connection.ts";
import type { SqliteHandle } from "../database/sqlite-handle.ts";
import { MIGRATIONS } from "./migrations.ts";

/**
 * Checks that every table and index of this release exists. Indexes too, because statements name
 * the index they use.
 *
 * @throws {JobberSyncError} `ERR_STORE_SCHEMA`
 */
export function checkSchema(handle: SqliteHandle): void {
  const existing = new Set(
    prepare(handle, "SELECT name FROM sqlite_master WHERE type IN ('table', 'index')")
      .all()
      .map((row) => (row as { readonly name: string }).name),
  );
  const version = existing.has("jobber_schema") ? schemaVersion(handle) : 0;
  rejectNewer(version);
  if (version < MIGRATIONS.length) {
    throw new JobberSyncError(
      "ERR_STORE_SCHEMA",
      `The SQLite database is at version ${version} of ${MIGRATIONS.length}. Open it once without { migrate: false }.`,
    );
  }
  const missing = namesIn(MIGRATIONS.join("\n")).filter((name) => !existing.has(name));
  if (missing.length > 0) {
    throw new JobberSyncError(
      "ERR_STORE_SCHEMA",
      `The SQLite database lacks ${missing.join(", ")}, which another program has dropped. Restore it from a backup.`,
    );
  }
}

/** Returns the number of migrations that have run. */
export function schemaVersion(handle: SqliteHandle): number {
  const row = prepare(
    handle,
    "SELECT coalesce(max(version), 0) AS version FROM jobber_schema",
  ).get();
  return (row as { readonly version: number }).version;
}

/** @throws {JobberSyncError} `ERR_STORE_SCHEMA` for tables of a newer release */
export function rejectNewer(version: number): void {
  if (version <= MIGRATIONS.length) return;
  throw new JobberSyncError(
    "ERR_STORE_SCHEMA",
    `The SQLite database is at version ${version}, but this release only knows ${MIGRATIONS.length}. Use the newer release of @jobber-sync/sqlite that created it.`,
  );
}

function namesIn(sql: string): readonly string[] {
  return [...sql.matchAll(/CREATE (?:TABLE|INDEX) (\w+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}
