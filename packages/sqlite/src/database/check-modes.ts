import { JobberSyncError } from "@jobber-sync/core";
import { prepare } from "./connection.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";

/**
 * Checks that the handle returns rows as objects, with integers as numbers. {@link prepare}
 * switches other modes off where it knows the library.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`
 */
export function checkModes(handle: SqliteHandle): void {
  const row: unknown = prepare(handle, "SELECT 1 AS one").get();
  if (typeof row !== "object" || row === null || !("one" in row)) {
    throw unusable("rows as arrays or plain values", "objects");
  }
  if (typeof row.one !== "number") throw unusable(`integers as ${typeof row.one}`, "numbers");
}

function unusable(found: string, wanted: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `The SQLite handle that was passed in returns ${found} instead of ${wanted}. Switch that mode off, or pass the path instead.`,
  );
}
