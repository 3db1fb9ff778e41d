import { type ErrorCode, isJobberSyncError, JobberSyncError } from "@jobber-sync/core";

const MIGRATE = "Run migrate(), or the SQL files in the package's sql folder.";

/**
 * SQLSTATE, or its class, to error code and message. See
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const BY_SQLSTATE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "53100": ["ERR_STORE_FULL", "The database's disk is full."],
  "53": ["ERR_STORE_BUSY", "The database has no connections or memory left."],
  "57014": ["ERR_STORE_BUSY", "The statement exceeded its time limit and was cancelled."],
  "57": ["ERR_STORE", "The database is shutting down or starting up."],
  "55P03": ["ERR_STORE_BUSY", "A row lock was not released in time. Another transaction holds it."],
  "25P03": ["ERR_STORE_BUSY", "The transaction was idle for too long and was ended by the server."],
  "40": ["ERR_STORE_BUSY", "The transaction kept conflicting with concurrent ones."],
  "42P01": ["ERR_STORE_SCHEMA", `A table of jobber-sync is missing. ${MIGRATE}`],
  "42703": ["ERR_STORE_SCHEMA", `A column of jobber-sync's tables is missing. ${MIGRATE}`],
  "3F000": ["ERR_STORE_SCHEMA", `The schema of jobber-sync's tables is missing. ${MIGRATE}`],
  "42501": [
    "ERR_STORE_SETTINGS",
    "The database role lacks a privilege on jobber-sync's tables. Run sql/grants.sql for it.",
  ],
  "25006": ["ERR_STORE_SETTINGS", "The database is read-only. Connect to the primary."],
  "28": ["ERR_STORE_OPEN", "The database rejected the login."],
  "3D": ["ERR_STORE_OPEN", "The database does not exist."],
};

/** PgBouncer's message for a limit that POOL_SETTINGS sets. */
const POOLER_REJECTS = /unsupported startup parameter/i;
const POOLER: readonly [ErrorCode, string] = [
  "ERR_STORE_SETTINGS",
  "The connection leads through a pooler that rejects startup parameters. Open the pool with POOLER_SETTINGS instead of POOL_SETTINGS, and pass pooler: true to createPostgres.",
];

/** Classes whose messages describe the server and never quote a value. */
const ABOUT_SERVER = /^(?:08|25|28|3D|3F|40|42|53|55|57)/;

/**
 * Errors that a new connection fixes: this one leads to a standby, or has an outdated plan cached.
 */
const CONNECTION_FAULTS = /^(?:25006|0A000)$/;

/**
 * Converts a driver error to a coded error. PostgreSQL's messages and details quote rejected
 * values, which may be customer data, so the cause keeps only SQLSTATE, table, constraint, and
 * messages that describe the server.
 *
 * @param error an error, or the plain object with message and code that pg-boss reports
 */
export function storeError(error: unknown): JobberSyncError {
  if (isJobberSyncError(error)) return error;
  const state = sqlState(error);
  if (state !== null) {
    const [code, message] = POOLER_REJECTS.test(messageOf(error))
      ? POOLER
      : (BY_SQLSTATE[state] ??
        BY_SQLSTATE[state.slice(0, 2)] ?? ["ERR_STORE", "The database rejected the statement."]);
    return new JobberSyncError(code, message, { cause: databaseCause(error, state) });
  }
  const cause = causeOf(error);
  if (isTimeout(cause)) {
    return new JobberSyncError(
      "ERR_STORE_BUSY",
      "The database gave no connection or response in time.",
      { cause },
    );
  }
  return new JobberSyncError("ERR_STORE", "The database could not be reached.", { cause });
}

/** Returns the message of an error-like value, otherwise `""`. */
export function messageOf(error: unknown): string {
  return isObject(error) && typeof error.message === "string" ? error.message : "";
}

/**
 * Returns whether a value caused the error, so that retrying the rows one by one can save the
 * others.
 */
export function isAboutValues(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && !ABOUT_SERVER.test(state);
}

/** Returns whether running the same transaction again may succeed. */
export function isConflict(error: unknown): boolean {
  return sqlState(error)?.startsWith("40") === true;
}

/** Returns whether a row lock was not released within `lock_timeout`. */
export function isLockTimeout(error: unknown): boolean {
  return sqlState(error) === "55P03";
}

/** Returns whether the connection should be closed rather than reused. */
export function isConnectionFault(error: unknown): boolean {
  return CONNECTION_FAULTS.test(sqlState(error) ?? "");
}

/** Returns the SQLSTATE of an error, coded or not; `null` if it did not come from the server. */
export function sqlState(error: unknown): string | null {
  const own = isJobberSyncError(error) ? error.cause : error;
  if (!isObject(own) || typeof own.code !== "string") return null;
  // Every SQLSTATE has a digit; Node's codes (EPIPE, ECONNRESET) have none.
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(own.code) ? own.code : null;
}

function isObject(
  value: unknown,
): value is { readonly code?: unknown; readonly message?: unknown } {
  return typeof value === "object" && value !== null;
}

function causeOf(error: unknown): Error {
  if (error instanceof Error) return error;
  const cause = new Error(messageOf(error) || "A value that is not an Error was thrown.");
  return isObject(error) && typeof error.code === "string"
    ? Object.assign(cause, { code: error.code })
    : cause;
}

function databaseCause(error: unknown, state: string): Error {
  const { table, constraint } = error as { readonly table?: string; readonly constraint?: string };
  const place = [table && `table ${table}`, constraint && `constraint ${constraint}`]
    .filter(Boolean)
    .join(", ");
  const message = ABOUT_SERVER.test(state) ? `: ${messageOf(error)}` : "";
  return Object.assign(
    new Error(`PostgreSQL ${state}${message}${place === "" ? "" : ` (${place})`}`),
    { code: state },
  );
}

function isTimeout({ message }: Error): boolean {
  return /time(?:d )?-?out/i.test(message);
}
