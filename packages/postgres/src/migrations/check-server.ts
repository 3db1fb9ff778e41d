import { JobberSyncError } from "@jobber-sync/core";
import type { SessionPool } from "../database/sql-pool.ts";
import { runStatement } from "../database/transaction.ts";

/** The oldest supported major version of PostgreSQL. */
const MIN_VERSION = 14;

/**
 * Verifies version and encoding of the database, before anything is created in it.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`
 */
export async function checkServer(pool: SessionPool): Promise<void> {
  const [server] = await runStatement<{ readonly version: number; readonly encoding: string }>(
    pool,
    `SELECT json_build_object('version', current_setting('server_version_num')::int,
       'encoding', current_setting('server_encoding'))::text AS json`,
    [],
  );
  if (server === undefined) return;
  const major = Math.floor(server.version / 10_000);
  if (major < MIN_VERSION) {
    throw new JobberSyncError(
      "ERR_STORE_SETTINGS",
      `PostgreSQL ${major} is not supported. Upgrade the server to version ${MIN_VERSION} or later.`,
    );
  }
  if (server.encoding !== "UTF8") {
    throw new JobberSyncError(
      "ERR_STORE_SETTINGS",
      `The database has the encoding ${server.encoding}, which cannot store every name and address. Use a database created with: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0.`,
    );
  }
}
