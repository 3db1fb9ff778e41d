import { isJobberSyncError, type JobberSyncError } from "@jobber-sync/core";
import { cannotOpen } from "./open-handle.ts";
import { isBusy, sqliteCode, storeError } from "./store-error.ts";

/** READONLY, IOERR, CORRUPT, CANTOPEN and NOTADB: the file itself is at fault. */
const FILE_FAULTS = new Set([8, 10, 11, 14, 26]);

/**
 * Converts an error met between opening a database and its first use.
 *
 * @param path `null` for a handle that was passed in
 */
export function openingError(error: unknown, path: string | null): JobberSyncError {
  if (isJobberSyncError(error) || isBusy(error)) return storeError(error);
  return FILE_FAULTS.has(sqliteCode(error) ?? -1) ? cannotOpen(path, error) : storeError(error);
}
