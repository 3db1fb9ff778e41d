import { JobberSyncError } from "@jobber-sync/core";
import { checkModes } from "./check-modes.ts";
import { createConnection } from "./connection.ts";
import {
  fileOf,
  guardOf,
  type OpenFile,
  type OpenFileOptions,
  synchronousOf,
  unsafeCommit,
} from "./open-file.ts";
import { openingError } from "./opening-error.ts";
import { readPragma } from "./read-pragma.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";

/**
 * Uses a handle that was passed in, which this package can neither close nor open again. If SQLite
 * loses its locks or its log, the handle leaves WAL mode and enters it again, which takes new ones.
 *
 * @throws {JobberSyncError} `ERR_STORE_OPEN`, `ERR_STORE_SETTINGS`, `ERR_STORE_SCHEMA`,
 *   `ERR_STORE_BUSY`
 */
export function usePassedHandle(
  handle: SqliteHandle,
  { initialize, logger }: OpenFileOptions,
): OpenFile {
  try {
    checkModes(handle);
    initialize(handle);
  } catch (error) {
    throw openingError(error, null);
  }
  const file = fileOf(handle);
  let guard = guardOf(handle);
  let checkedAt = performance.now();
  let failure: JobberSyncError | null = null;

  return {
    connection: createConnection(handle),
    handle,
    synchronous: synchronousOf(handle),
    ensureSafe(maxAgeMs = 0) {
      if (failure === null && performance.now() - checkedAt < maxAgeMs) return;
      const reason = check();
      if (reason !== null) repair(reason);
      if (failure !== null) throw failure;
    },
    verifyCommit() {
      const reason = check();
      if (reason === null) return;
      repair(reason);
      throw unsafeCommit(reason);
    },
    close() {
      guard?.close();
    },
  };

  function check(): string | null {
    checkedAt = performance.now();
    return guard?.check() ?? null;
  }

  function repair(reason: string): void {
    if (failure === null)
      logger.error({ path: file, reason }, "the SQLite database changed under this process");
    failure = guard?.ownsFile() === true && reenterWal() ? null : unusable(reason);
  }

  /**
   * Returns whether SQLite has taken its locks and its log anew. Fails while others use the file.
   */
  function reenterWal(): boolean {
    try {
      if (readPragma(handle, "journal_mode = DELETE", "journal_mode") !== "delete") return false;
      if (readPragma(handle, "journal_mode = WAL", "journal_mode") !== "wal") return false;
      // A read opens the log.
      readPragma(handle, "schema_version", "schema_version");
    } catch {
      return false;
    }
    const fresh = guardOf(handle);
    if (guard?.seesLocks === true && fresh?.seesLocks === false) {
      fresh.close();
      return false;
    }
    guard?.close();
    guard = fresh;
    return true;
  }
}

function unusable(reason: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE",
    `The SQLite handle that was passed in no longer has its files (${reason}), so writes would be lost. Restart the program, or pass the path instead: a path can be opened again.`,
  );
}
