import { closeSync, openSync, rmSync } from "node:fs";
import { JobberSyncError } from "@jobber-sync/core";
import { prepare } from "./connection.ts";
import { sqliteModule } from "./open-handle.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";
import { storeError } from "./store-error.ts";

/** Pages copied between two turns of the event loop: 4 MiB. */
const RATE = 1024;

/**
 * Copies a database into a new file while it is in use. Uses the handle itself, because opening the
 * file a second time could drop SQLite's locks.
 *
 * @throws {JobberSyncError} `ERR_STORE_OPEN` if the file exists or cannot be created, `ERR_STORE`,
 *   `ERR_STORE_FULL`
 */
export async function backupTo(handle: SqliteHandle, path: string): Promise<void> {
  createTarget(path);
  try {
    const sqlite = sqliteModule();
    if (sqlite?.backup !== undefined && handle instanceof sqlite.DatabaseSync)
      await sqlite.backup(handle, path, { rate: RATE });
    // Blocks the event loop. Node's own backup exists since 22.16 and 23.8.
    else prepare(handle, "VACUUM INTO ?").run(path);
  } catch (error) {
    rmSync(path, { force: true });
    throw storeError(error);
  }
}

/** Reserves the path with an empty file, readable by its owner only: it will hold customer data. */
function createTarget(path: string): void {
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch (cause) {
    throw new JobberSyncError(
      "ERR_STORE_OPEN",
      `The backup ${path} cannot be created. Name a new file in an existing folder.`,
      { cause },
    );
  }
}
