import { accessSync, closeSync, constants, existsSync, openSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { JobberSyncError } from "@jobber-sync/core";
import type { SqliteHandle } from "./sqlite-handle.ts";

/** A handle that this package opened and has to close. */
export interface OwnHandle extends SqliteHandle {
  close(): void;
}

/**
 * Returns `node:sqlite`, or `undefined` where it does not exist. Not imported, so that this package
 * also runs there with a handle of another library.
 */
export function sqliteModule(): typeof import("node:sqlite") | undefined {
  return process.getBuiltinModule("node:sqlite");
}

/**
 * Opens a file with `node:sqlite`. Creates the file if it is missing, readable by its owner only,
 * but not its folder.
 *
 * @param path `:memory:` opens a database that lives as long as the process
 * @throws {JobberSyncError} `ERR_STORE_OPEN`, naming the problem with the path
 */
export function openHandle(path: string): OwnHandle {
  const sqlite = sqliteModule();
  if (sqlite === undefined) {
    throw new JobberSyncError(
      "ERR_STORE_OPEN",
      "This Node has no node:sqlite. Use Node 22.13 or later, or pass a handle such as better-sqlite3's.",
    );
  }
  try {
    createPrivate(path);
    return new sqlite.DatabaseSync(path);
  } catch (error) {
    throw cannotOpen(path, error);
  }
}

/** Creates a missing file with mode 0600. SQLite gives its log and index the mode of the file. */
function createPrivate(path: string): void {
  if (path === ":memory:" || path.startsWith("file:")) return;
  try {
    closeSync(openSync(path, "wx", 0o600));
  } catch {
    // The file exists, or SQLite reports why it cannot be created.
  }
}

/**
 * Returns the error of a database that cannot be opened or written, naming the likely cause.
 *
 * @param path `null` for a handle that was passed in
 */
export function cannotOpen(path: string | null, cause: unknown): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE_OPEN",
    `The SQLite database cannot be opened: ${reason(path)}`,
    { cause },
  );
}

function reason(path: string | null): string {
  if (path === null)
    return "the handle's file is read-only, damaged or not a SQLite database (see the cause).";
  const file = resolve(path);
  const folder = dirname(file);
  if (!isFolder(folder)) {
    return `the folder ${folder} does not exist or is not visible to this user. Create it first.`;
  }
  if (!allows(folder, constants.W_OK | constants.X_OK)) {
    return `the folder ${folder} cannot be written to, and SQLite keeps its log beside the file. Give this user write access to the folder.`;
  }
  if (isFolder(file)) return `${file} is a folder. Pass the path of a file.`;
  if (!existsSync(file)) {
    return `no file can be created in the folder ${folder} (see the cause). Use a folder on a local disk.`;
  }
  if (!allows(file, constants.R_OK | constants.W_OK)) {
    return `${file} cannot be read and written. Give this user access.`;
  }
  return `${file} is not a SQLite database, or it is damaged, or the disk fails (see the cause).`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function allows(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
