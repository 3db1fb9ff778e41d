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

/** SQLite's primary result code behind an error of `node:sqlite` or of better-sqlite3; `null` when it is no error of SQLite. */
export function sqliteCode(error: unknown): number | null {
  if (typeof error !== "object" || error === null) return null;
  if ("errcode" in error && typeof error.errcode === "number") return error.errcode & 0xff;
  if (!("code" in error) || typeof error.code !== "string") return null;
  const name = /^SQLITE_([A-Z]+)/.exec(error.code)?.[1];
  return name === undefined ? null : (PRIMARY_CODES[name] ?? 1);
}

/** Whether somebody else holds the lock. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error);
  return code === BUSY || code === LOCKED;
}

/** An error of SQLite as one of ours. SQLite's own messages hold names of tables and columns, never values. */
export function storeError(error: unknown): JobberSyncError {
  if (isJobberSyncError(error)) return error;
  const code = sqliteCode(error);
  if (isBusy(error)) {
    return coded(
      "ERR_STORE_BUSY",
      error,
      "The database is locked by another process; nothing was written.",
    );
  }
  if (code === FULL) {
    return coded(
      "ERR_STORE_FULL",
      error,
      "The disk is full; nothing was written. Free some space.",
    );
  }
  const retryable = code !== null && !DATA_FAULTS.has(code);
  return coded(
    "ERR_STORE",
    error,
    `SQLite failed (${describe(error, code)}); nothing was written.`,
    {
      retryable,
    },
  );
}

/** Reads, and turns what goes wrong into one of our errors. */
export function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw storeError(error);
  }
}

function coded(
  code: ErrorCode,
  cause: unknown,
  message: string,
  options: { readonly retryable?: boolean } = {},
): JobberSyncError {
  return new JobberSyncError(code, message, { cause, ...options });
}

function describe(error: unknown, code: number | null): string {
  if (code === null) return error instanceof Error ? error.name : "unknown error";
  return `result code ${code}`;
}
