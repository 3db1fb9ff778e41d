import type { SyncReader } from "@jobber-sync/core";
import type { CursorStore, Inbox, Lease, SyncStore, TokenStore } from "@jobber-sync/core/ports";
import { waitAsInOpening, waitAsUsual } from "./database/busy-timeout.ts";
import { createConnection } from "./database/connection.ts";
import { createGroupCommit } from "./database/group-commit.ts";
import { openHandle } from "./database/open-handle.ts";
import { openingError } from "./database/opening-error.ts";
import { secureSettings } from "./database/secure-settings.ts";
import type { SqliteHandle } from "./database/sqlite-handle.ts";
import { createSqliteInbox } from "./inbox/inbox.ts";
import { checkSchema, migrate } from "./migrations/migrate.ts";
import { createSqliteStore } from "./store/store.ts";
import { createSqliteCursorStore } from "./tokens/cursor-store.ts";
import { createSqliteLease } from "./tokens/lease.ts";
import { createSqliteTokenStore } from "./tokens/token-store.ts";

/** How a database is opened. */
export interface SqliteOptions {
  /**
   * Whether the tables are made and brought up to date. With `false` they must be there already.
   *
   * @default true
   */
  readonly migrate?: boolean;
  /**
   * How long a write waits for the lock of another process before it fails with `ERR_STORE_BUSY`. 0 to 300 milliseconds: the receiver has
   * to answer within 800.
   *
   * @default 300
   */
  readonly busyMs?: number;
  /**
   * How often the inbox looks for work that nobody in this process told of: deliveries that another process accepted, retries whose time
   * has come, claims of workers that died. Milliseconds.
   *
   * @default 250
   */
  readonly pollMs?: number;
  /** The clock: milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/** Store and inbox on one SQLite file. */
export interface Sqlite {
  readonly store: SyncStore & SyncReader;
  /** Shares the store's file, its sequence and its transactions. */
  readonly inbox: Inbox;
  /** Tenants' connections to Jobber; wrap it in `encryptTokens`. */
  readonly tokens: TokenStore;
  /** So that one process at a time refreshes a tenant's tokens. */
  readonly lease: Lease;
  /** How far a reconcile came. */
  readonly cursors: CursorStore;
  /**
   * Ends all listening, writes what was asked for, then closes the file (a handle that was passed in stays open). Stop receiver and worker
   * before: later writes are rejected with `ERR_STORE`, and what a run has not settled waits until its claim runs out.
   */
  close(): Promise<void>;
}

const MAX_BUSY_MS = 300;
const POLL_MS = 250;

/**
 * Opens a SQLite database as store and inbox: durable with every commit (write-ahead log, `synchronous=FULL`), shared by any number of
 * processes on one machine. Makes the file and the tables when they are missing. Synchronous: call it at start.
 *
 * Not for network file systems. Another program may read the file at any time; one that writes to it or checkpoints it must keep
 * `synchronous=FULL` too, or a power failure can take acknowledged deliveries with it.
 *
 * A handle of your own keeps its other uses, but this is set on it: the log, `busy_timeout` (5 ms: the program stands still while it waits),
 * `secure_delete`, and how large the log grows. `synchronous` must be FULL already, else it is rejected; better-sqlite3's falls to NORMAL with
 * the log, so run `PRAGMA synchronous = FULL` on it first.
 *
 * @param database a path (`:memory:` for tests), or a handle of your own: `DatabaseSync`, better-sqlite3's `Database`
 * @throws {JobberSyncError} `ERR_STORE_OPEN`, `ERR_STORE_SETTINGS`, `ERR_STORE_SCHEMA`, `ERR_STORE_BUSY`
 *
 * @example
 * ```ts
 * import { createReceiver, createWorker } from "@jobber-sync/core";
 * import { openSqlite } from "@jobber-sync/sqlite";
 *
 * const { store, inbox } = openSqlite("jobber.db");
 * const receiver = createReceiver({ tenants: [{ slug: "acme", secrets: process.env.JOBBER_SECRET ?? "" }], inbox });
 * const worker = createWorker({ inbox, store });
 * ```
 */
export function openSqlite(
  database: string | { readonly path: string } | SqliteHandle,
  {
    migrate: wanted = true,
    busyMs = MAX_BUSY_MS,
    pollMs = POLL_MS,
    now = Date.now,
  }: SqliteOptions = {},
): Sqlite {
  if (!(Number.isFinite(busyMs) && busyMs >= 0 && busyMs <= MAX_BUSY_MS)) {
    throw new TypeError(`busyMs must be a number from 0 to ${MAX_BUSY_MS}, in milliseconds.`);
  }
  if (!(Number.isFinite(pollMs) && pollMs >= 1)) {
    throw new TypeError("pollMs must be a number of milliseconds, at least 1.");
  }
  const { handle, path, release } = take(database);
  try {
    waitAsInOpening(handle);
    secureSettings(handle, path !== null);
    if (wanted) migrate(handle);
    checkSchema(handle);
    waitAsUsual(handle);
  } catch (error) {
    release();
    throw openingError(error, path);
  }
  const connection = createConnection(handle);
  const group = createGroupCommit(connection, { busyMs });
  const closing = new AbortController();
  let closed: Promise<void> | null = null;
  return {
    store: createSqliteStore(connection, group),
    inbox: createSqliteInbox(connection, group, { pollMs, now, closing: closing.signal }),
    tokens: createSqliteTokenStore(connection, group),
    lease: createSqliteLease(group, now),
    cursors: createSqliteCursorStore(connection, group),
    close() {
      closing.abort();
      closed ??= group.close().then(release);
      return closed;
    },
  };
}

/** A handle, the path where we opened it, and how to let go of it. */
function take(database: string | { readonly path: string } | SqliteHandle): {
  readonly handle: SqliteHandle;
  readonly path: string | null;
  readonly release: () => void;
} {
  if (isHandle(database)) return { handle: database, path: null, release: () => {} };
  const path = typeof database === "string" ? database : database?.path;
  if (typeof path !== "string" || path === "") {
    throw new TypeError("openSqlite needs the path of a file, or a handle with exec and prepare.");
  }
  const handle = openHandle(path);
  return { handle, path, release: () => handle.close() };
}

function isHandle(database: string | object | null): database is SqliteHandle {
  return (
    typeof database === "object" &&
    database !== null &&
    "exec" in database &&
    typeof database.exec === "function" &&
    "prepare" in database &&
    typeof database.prepare === "function"
  );
}
