import { type ErrorCode, isJobberSyncError, JobberSyncError } from "@jobber-sync/core";

// https://sqlite.org/rescode.html: the lower eight bits of an extended code are its primary code.
const BUSY = 5;
const LOCKED = 6;
const FULL = 13;
const DATA_FAULTS = new Set([
  18 /* TOOBIG */, 19 /* CONSTRAINT */, 20 /* MISMATCH */, 25 /* RANGE */,
]);
const PRIMARY_CODES: Readonly<Record<string, number>> = {
  BUSY,
  LOCKED,
  FULL,
  READONLY: 8,
  IOERR: 10,
  CORRUPT: 11,
  CANTOPEN: 14,
  TOOBIG: 18,
  CONSTRAINT: 19,
  MISMATCH: 20,
  RANGE: 25,
  NOTADB: 26,
};

/**
 * Returns SQLite's primary result code for an error of `node:sqlite` or better-sqlite3, or `null`
 * for any other error.
 */
export function sqliteCode(error: unknown): number | null {
  if (typeof error !== "object" || error === null) return null;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  if (!("code" in error) || typeof error.code !== "string") return null;
  const name = /^SQLITE_([A-Z]+)/.exec(error.code)?.[1];
  return name === undefined ? null : (PRIMARY_CODES[name] ?? 1);
}

/** Returns whether the error means that another connection holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED;
}

/**
 * Converts an error of SQLite. SQLite's own messages contain names of tables and columns, never
 * values.
 */
export function storeError(error: unknown): JobberSyncError {
  if (isJobberSyncError(error)) return error;
  const code = sqliteCode(error);
  if (isBusy(error)) {
    const message = "The SQLite database is locked by another process; nothing was written.";
    return coded("ERR_STORE_BUSY", message, error);
  }
  if (code === FULL) {
    const message = "The disk is full; nothing was written. Free some space.";
    return coded("ERR_STORE_FULL", message, error);
  }
  const message = `SQLite failed (${describe(error, code)}); nothing was written.`;
  const retryable = code !== null && !DATA_FAULTS.has(code);
  return new JobberSyncError("ERR_STORE", message, { cause: error, retryable });
}

/** Runs a read and converts its error. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw storeError(error);
  }
}

function coded(code: ErrorCode, message: string, cause: unknown): JobberSyncError {
  return new JobberSyncError(code, message, { cause });
}

function describe(error: unknown, code: number | null): string {
  if (code === null) return error instanceof Error ? error.name : "unknown error";
  return `result code ${code}`;
}
