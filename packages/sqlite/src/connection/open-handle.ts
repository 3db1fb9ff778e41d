import { accessSync, constants, statSync } from "node:fs";
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
  return new JobberSyncError("ERR_STORE_OPEN", `The SQLite database cannot be opened: ${reason(path)}`, {
    cause,
  });
}

function reason(path: string | null): string {
  if (path === null) return "the handle's file is read-only, damaged or no SQLite database (see the cause).";
  const file = resolve(path);
  const folder = dirname(file);
  if (!isA(folder, "isDirectory")) return `the folder ${folder} does not exist. Make it first.`;
  if (isA(file, "isDirectory")) return `${file} is a folder. Name a file.`;
  if (!canWrite(folder)) {
    return `the folder ${folder} cannot be written to, and SQLite keeps its log beside the file. Give this user write access to the folder.`;
  }
  if (isA(file, "isFile") && !canWrite(file))
    return `${file} cannot be written to. Give this user write access.`;
  return `${file} is no SQLite database, or it is damaged, or the disk refuses it (see the cause).`;
}

function isA(path: string, kind: "isDirectory" | "isFile"): boolean {
  return statSync(path, { throwIfNoEntry: false })?.[kind]() ?? false;
}

function canWrite(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
