import { existsSync, linkSync, renameSync, rmSync } from "node:fs";
import type { JobberSyncError } from "@jobber-sync/core";
import { createConnection } from "./connection.ts";
import type { FileGuard } from "./file-guard.ts";
import { fileOf, guardOf, type OpenFile, type OpenFileOptions, unsafeCommit } from "./open-file.ts";
import { type OwnHandle, openHandle } from "./open-handle.ts";
import { openingError } from "./opening-error.ts";
import { registerFile, reopenFile } from "./own-files.ts";

/** A commit that changes nothing. */
const PROBE = "BEGIN IMMEDIATE; UPDATE jobber_sequence SET value = value; COMMIT";
/** Fresh handles that may fail the check before it is switched off. */
const MAX_PROBES = 3;

/**
 * Opens a file. If its files change later, every handle that this process has on it is closed and
 * opened again.
 *
 * @throws {JobberSyncError} `ERR_STORE_OPEN`, `ERR_STORE_SETTINGS`, `ERR_STORE_SCHEMA`,
 *   `ERR_STORE_BUSY`
 */
export function openOwnFile(path: string, { initialize, logger }: OpenFileOptions): OpenFile {
  let handle = open();
  const connection = createConnection(handle);
  const file = fileOf(handle);
  let guard = guardOf(handle);
  let checkedAt = performance.now();
  /** Why the database could not be opened again; it is closed then. */
  let failure: JobberSyncError | null = null;
  const unregister = file === "" ? () => {} : registerFile(file, { closeHandle, reopenHandle });

  return {
    connection,
    get handle() {
      return handle;
    },
    synchronous: "FULL",
    ensureSafe(maxAgeMs = 0) {
      if (failure !== null) reopenFile(file);
      else if (performance.now() - checkedAt < maxAgeMs) return;
      else {
        const reason = check();
        if (reason !== null) reopen(reason);
      }
      if (failure !== null) throw failure;
    },
    verifyCommit() {
      const reason = check();
      if (reason === null) return;
      reopen(reason);
      throw unsafeCommit(reason);
    },
    close() {
      unregister();
      guard?.close();
      if (failure === null) handle.close();
    },
  };

  function open(): OwnHandle {
    const opened = openHandle(path);
    try {
      initialize(opened);
      return opened;
    } catch (error) {
      opened.close();
      throw openingError(error, path);
    }
  }

  function check(): string | null {
    checkedAt = performance.now();
    return guard?.check() ?? null;
  }

  function reopen(reason: string): void {
    const details = { path: file, reason };
    logger.error(details, "the SQLite database changed under this process, opening it again");
    reopenFile(file);
  }

  function closeHandle(): void {
    if (failure !== null) return;
    try {
      closeStale(handle, file, guard);
    } catch (err) {
      logger.error({ path: file, err }, "the replaced SQLite handle could not be closed");
    }
    guard?.close();
  }

  function reopenHandle(): void {
    let fresh: OwnHandle | null = null;
    try {
      fresh = open();
      guard = probe(fresh, guard?.seesLocks ?? false);
      handle = fresh;
      connection.use(fresh);
      failure = null;
    } catch (error) {
      fresh?.close();
      failure = openingError(error, path);
    }
  }

  /** Creates a guard that a commit on the new handle passes, or none. */
  function probe(opened: OwnHandle, sawLocks: boolean): FileGuard | null {
    for (let tries = 0; tries < MAX_PROBES; tries += 1) {
      const fresh = guardOf(opened);
      opened.exec(PROBE);
      if (fresh?.check() === null) {
        if (sawLocks && !fresh.seesLocks)
          logger.error(
            { path: file },
            "another connection in this process keeps SQLite from locking the file again; only removal and replacement are noticed from now on",
          );
        return fresh;
      }
      fresh?.close();
    }
    logger.error(
      { path: file },
      "the files of the SQLite database change identity while it is open; they are no longer checked",
    );
    return null;
  }
}

/** Closes a handle whose files may have changed. */
function closeStale(handle: OwnHandle, path: string, guard: FileGuard | null): void {
  // A file that was renamed keeps what was committed to it, and a new file at the path does not
  // meet the log of the old one. Closing copies the log only if the path still names the file.
  if (guard?.ownsFile() === false) handle.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  if (guard?.ownsLog() === false) closeKeepingLog(handle, `${path}-wal`);
  else handle.close();
}

/** Closes a handle that uses another log: closing would remove the file that has the log's name. */
function closeKeepingLog(handle: OwnHandle, log: string): void {
  const kept = `${log}-kept`;
  if (existsSync(log)) linkSync(log, kept);
  handle.close();
  if (existsSync(log)) rmSync(kept, { force: true });
  else if (existsSync(kept)) renameSync(kept, log);
}
