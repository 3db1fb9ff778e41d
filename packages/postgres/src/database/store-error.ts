import { type ErrorCode, isJobberSyncError, JobberSyncError } from "@jobber-sync/core";

const MIGRATE = "Run migrate() once before, or the SQL files in the package's sql folder.";

/** SQLSTATE, or its class, to our code. https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_SQLSTATE: Readonly<Record<string, readonly [ErrorCode, string]>> = {
  "53100": ["ERR_STORE_FULL", "The database's disk is full."],
  "53": ["ERR_STORE_BUSY", "The database has no connections or memory left."],
  "57014": ["ERR_STORE_BUSY", "The database took too long and the statement was cancelled."],
  "57": ["ERR_STORE", "The database is shutting down or starting up."],
  "55P03": ["ERR_STORE_BUSY", "A lock in the database was not free in time."],
  "25P03": ["ERR_STORE_BUSY", "The transaction stood still for too long and was ended."],
  "40": ["ERR_STORE_BUSY", "The transaction kept losing against others."],
  "42P01": ["ERR_STORE_SCHEMA", `A table of jobber-sync is missing. ${MIGRATE}`],
  "42703": ["ERR_STORE_SCHEMA", `A column of jobber-sync's tables is missing. ${MIGRATE}`],
  "3F000": ["ERR_STORE_SCHEMA", `The schema of jobber-sync's tables is missing. ${MIGRATE}`],
  "42501": [
    "ERR_STORE_SETTINGS",
    "The database role lacks a right. Grant it on jobber-sync's tables.",
  ],
  "25006": ["ERR_STORE_SETTINGS", "The database is read-only. Connect to the primary."],
  "28": ["ERR_STORE_OPEN", "The database rejected the login."],
  "3D": ["ERR_STORE_OPEN", "The database does not exist."],
};

/** The classes whose messages speak of the server and never quote a value. */
const SPEAKS_OF_SERVER = /^(?:08|25|28|3D|3F|40|42|53|55|57)/;

/** The classes whose statement should meet another connection the next time: the server it leads to, or a plan it keeps, is out of date. */
const FAULT_OF_CONNECTION = /^(?:25006|0A000)$/;

/**
 * Turns whatever a driver threw into a coded error. The cause keeps what tells a person where to look, and nothing that could quote a
 * customer's data: PostgreSQL's messages and details repeat the values that it rejected.
 *
 * @param error an error, or what is left of one: pg-boss reports plain objects with its message and code
 */
export function storeError(error: unknown): JobberSyncError {
  if (isJobberSyncError(error)) return error;
  const state = sqlState(error);
  if (state !== null) {
    const [code, message] = BY_SQLSTATE[state] ??
      BY_SQLSTATE[state.slice(0, 2)] ?? ["ERR_STORE", "The database rejected the statement."];
    return new JobberSyncError(code, message, { cause: databaseCause(error, state) });
  }
  const cause = causeOf(error);
  if (isTimeout(cause)) {
    return new JobberSyncError(
      "ERR_STORE_BUSY",
      "No database connection or response came in time.",
      {
        cause,
      },
    );
  }
  return new JobberSyncError("ERR_STORE", "The database could not be reached.", { cause });
}

/** What an error says of itself; `""` for what is none. */
export function messageOf(error: unknown): string {
  return isObject(error) && typeof error.message === "string" ? error.message : "";
}

/** Whether repeating the rows of a failed statement one by one could save some of them: something about the values was wrong. */
export function isAboutValues(error: unknown): boolean {
  const state = sqlState(error);
  return state !== null && !SPEAKS_OF_SERVER.test(state);
}

/** Whether the same transaction may succeed when it is simply run again. */
export function isConflict(error: unknown): boolean {
  return sqlState(error)?.startsWith("40") === true;
}

/** Whether the connection should be closed rather than used again. */
export function isFaultOfConnection(error: unknown): boolean {
  return FAULT_OF_CONNECTION.test(sqlState(error) ?? "");
}

/** PostgreSQL's own code of an error, also of one that was turned into one of ours; `null` where the server said nothing. */
export function sqlState(error: unknown): string | null {
  const own = isJobberSyncError(error) ? error.cause : error;
  if (!isObject(own) || typeof own.code !== "string") return null;
  // Node's own codes (EPIPE, ECONNRESET) have no digit; five letters alone are no SQLSTATE either.
  return /^(?=.*\d)[0-9A-Z]{5}$/.test(own.code) ? own.code : null;
}

function isObject(
  value: unknown,
): value is { readonly code?: unknown; readonly message?: unknown } {
  return typeof value === "object" && value !== null;
}

function causeOf(error: unknown): Error {
  if (error instanceof Error) return error;
  const cause = new Error(messageOf(error) || "Something that is no Error was thrown.");
  return isObject(error) && typeof error.code === "string"
    ? Object.assign(cause, { code: error.code })
    : cause;
}

function databaseCause(error: unknown, state: string): Error {
  const { table, constraint } = error as { readonly table?: string; readonly constraint?: string };
  const place = [table && `table ${table}`, constraint && `constraint ${constraint}`]
    .filter(Boolean)
    .join(", ");
  const said = SPEAKS_OF_SERVER.test(state) ? `: ${messageOf(error)}` : "";
  return Object.assign(
    new Error(`PostgreSQL ${state}${said}${place === "" ? "" : ` (${place})`}`),
    {
      code: state,
    },
  );
}

function isTimeout({ message }: Error): boolean {
  return /time(?:d )?-?out/i.test(message);
}
