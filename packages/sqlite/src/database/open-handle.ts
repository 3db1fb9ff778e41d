import { accessSync, constants, existsSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { JobberSyncError } from "@jobber-sync/core";
import type { SqliteHandle } from "./sqlite-handle.ts";

/** A handle that we opened and have to close. */
export interface OwnHandle extends SqliteHandle {
  close(): void;
}

/**
 * Opens a file with `node:sqlite`, making it when it is missing (but not its folder).
 *
 * @param path `:memory:` for a database that is gone with the program
 * @throws {JobberSyncError} `ERR_STORE_OPEN`, naming what is wrong with the path
 */
export function openHandle(path: string): OwnHandle {
  // Looked up only now, so that a handle of another library can be used where node:sqlite does not exist.
  const sqlite = process.getBuiltinModule("node:sqlite");
  if (sqlite === undefined) {
    throw new JobberSyncError(
      "ERR_STORE_OPEN",
      "node:sqlite is missing. Use Node 22.13 or later, or pass a handle with exec and prepare, such as better-sqlite3's.",
    );
  }
  try {
    return new sqlite.DatabaseSync(path);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/**
 * Says why a database cannot be opened or written.
 *
 * @param path `null` for a handle of the user's
 */
export function cannotOpen(path: string | null, cause: unknown): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE_OPEN",
    `The SQLite database cannot be opened: ${reason(path)}`,
    {
      cause,
    },
  );
}

function reason(path: string | null): string {
  if (path === null)
    return "the handle's file is read-only, damaged or no SQLite database (see the cause).";
  const file = resolve(path);
  const folder = dirname(file);
  if (!isFolder(folder)) {
    return `the folder ${folder} does not exist, or this user may not see it. Make it first.`;
  }
  if (!may(folder, constants.W_OK | constants.X_OK)) {
    return `the folder ${folder} cannot be written to, and SQLite keeps its log beside the file. Give this user write access to the folder.`;
  }
  if (isFolder(file)) return `${file} is a folder. Name a file.`;
  if (!existsSync(file)) {
    return `no file can be made in the folder ${folder} (see the cause). Name a folder on a local disk.`;
  }
  if (!may(file, constants.R_OK | constants.W_OK)) {
    return `${file} cannot be read and written. Give this user access.`;
  }
  return `${file} is no SQLite database, or it is damaged, or the disk rejects it (see the cause).`;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function may(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
