import { JobberSyncError, type Logger } from "@jobber-sync/core";
import type { Connection } from "./connection.ts";
import { createFileGuard, type FileGuard } from "./file-guard.ts";
import { readPragma } from "./read-pragma.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";

/** An open database whose files are watched. */
export interface OpenFile {
  readonly connection: Connection;
  /** The handle in use. Another one after the database was reopened. */
  readonly handle: SqliteHandle;
  /** The setting with which the handle flushes commits: `"FULL"` or `"EXTRA"`. */
  readonly synchronous: string;
  /**
   * Verifies the files and repairs what is wrong by opening the database again.
   *
   * @param maxAgeMs how old the last verification may be. @default 0
   * @throws {JobberSyncError} `ERR_STORE…` if that fails; the next call tries again
   */
  ensureSafe(maxAgeMs?: number): void;
  /**
   * Verifies, between a commit and its responses, that the commit is in the files that the path
   * names. Otherwise opens the database again.
   *
   * @throws {JobberSyncError} `ERR_STORE` if the commit may be lost
   */
  verifyCommit(): void;
  /** Closes the handle if this package opened it. */
  close(): void;
}

/** Options of {@link openOwnFile} and {@link usePassedHandle}. */
export interface OpenFileOptions {
  /** Applies settings and migrations to a new handle. */
  readonly initialize: (handle: SqliteHandle) => void;
  readonly logger: Logger;
}

/** Returns the absolute path of a handle's file; `""` for a database in memory. */
export function fileOf(handle: SqliteHandle): string {
  return String(readPragma(handle, "database_list", "file") ?? "");
}

/** Creates the guard of a handle's file; `null` for a database in memory. */
export function guardOf(handle: SqliteHandle): FileGuard | null {
  const path = fileOf(handle);
  return path === "" ? null : createFileGuard(path);
}

/** `synchronous` as a number: OFF 0, NORMAL 1, FULL 2, EXTRA 3. */
const EXTRA = 3;

/** Returns the setting of {@link OpenFile.synchronous}; `applySettings` accepts no lower one. */
export function synchronousOf(handle: SqliteHandle): string {
  return Number(readPragma(handle, "synchronous", "synchronous")) >= EXTRA ? "EXTRA" : "FULL";
}

/** Returns the error of a write that may have gone to files that no process will open again. */
export function unsafeCommit(reason: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE",
    `The SQLite database changed under this process (${reason}), so this write may be lost. Use backup() for copies, and do not open or replace the file while this process runs.`,
  );
}
