import type { Logger, SyncReader } from "@jobber-sync/core";
import {
  type ChangeFeed,
  type CursorStore,
  type DatabaseProblem,
  type Inbox,
  type Lease,
  type RecordEraser,
  type SyncStore,
  safeLogger,
  type TokenStore,
} from "@jobber-sync/core/ports";
import { createFeed } from "./changes/feed.ts";
import { setNormalTimeout, setOpeningTimeout } from "./database/busy-timeout.ts";
import { createDatabase } from "./database/database.ts";
import type { OpenFile } from "./database/open-file.ts";
import { openOwnFile } from "./database/open-own-file.ts";
import { applySettings } from "./database/settings.ts";
import type { SqliteHandle } from "./database/sqlite-handle.ts";
import { reading } from "./database/store-error.ts";
import { usePassedHandle } from "./database/use-passed-handle.ts";
import { createInbox } from "./inbox/inbox.ts";
import { checkSchema } from "./migrations/check-schema.ts";
import { diagnose } from "./migrations/diagnose.ts";
import { migrate } from "./migrations/migrate.ts";
import { createOutbox, type SqliteOutbox } from "./outbox/outbox.ts";
import { createPrepareApply, createStore } from "./store/store.ts";
import { createCursorStore } from "./tokens/cursor-store.ts";
import { createLease } from "./tokens/lease.ts";
import { createTokenStore } from "./tokens/token-store.ts";

/** Options of {@link openSqlite}. */
export interface SqliteOptions {
  /**
   * Whether to create and update the tables. With `false` they must exist already.
   *
   * @default true
   */
  readonly migrate?: boolean | undefined;
  /**
   * Time that a write waits for the lock of another process before it fails with `ERR_STORE_BUSY`.
   * From 0 to 300 ms, because the receiver has to respond within 800 ms.
   *
   * @default 300
   */
  readonly busyMs?: number | undefined;
  /**
   * Time between two looks for work that nothing in this process announced: deliveries accepted
   * by another process, retries that became due, claims of workers that died. Milliseconds.
   *
   * @default 250
   */
  readonly pollMs?: number | undefined;
  /**
   * Where to log that the database's files were removed, replaced or unlocked.
   *
   * @default the console
   */
  readonly logger?: Logger | undefined;
  /**
   * Whether the store writes a row for each change of a record, for the change handlers of a
   * worker. A worker with such handlers enables it in its own process; a process that only receives
   * or reconciles needs it here.
   *
   * @default false
   */
  readonly changes?: boolean | undefined;
  /** The clock: returns milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Everything that a receiver, a worker and the API client store, in one SQLite file. */
export interface Sqlite {
  readonly store: SyncStore & SyncReader & RecordEraser;
  /** Shares the store's file, sequence and transactions. */
  readonly inbox: Inbox;
  /** Changes to push to Jobber. Shares the inbox's lanes and the store's transactions. */
  readonly outbox: SqliteOutbox;
  /** Changes of the store's records, until a handler has received them. */
  readonly changes: ChangeFeed;
  /** Connections of tenants to Jobber. Wrap it in `encryptTokens`. */
  readonly tokens: TokenStore;
  /** Lets one process at a time refresh a tenant's tokens. */
  readonly lease: Lease;
  /** Positions that reconcile has reached. */
  readonly cursors: CursorStore;
  /**
   * Copies the database into a new file while it is in use. Use this instead of copying the file,
   * which makes SQLite lose its locks if it happens in this process. The copy can be opened with
   * `openSqlite`, and only its owner may read it.
   *
   * @param path of a file that does not exist
   * @throws {JobberSyncError} `ERR_STORE_OPEN`, `ERR_STORE`, `ERR_STORE_FULL`
   */
  backup(path: string): Promise<void>;
  /**
   * Looks for problems: settings that a crash would turn into loss, missing tables, files that
   * others may read. Changes nothing.
   *
   * @throws {JobberSyncError} `ERR_STORE…` if the database cannot be read
   */
  diagnose(): Promise<readonly DatabaseProblem[]>;
  /**
   * Ends all listening, finishes pending writes and closes the file; a handle that was passed in
   * stays open. Stop receiver and worker first: later writes reject with `ERR_STORE`, and what a
   * run has not settled waits until its claim expires.
   */
  close(): Promise<void>;
}

const MAX_BUSY_MS = 300;
const POLL_MS = 250;

/**
 * Opens a SQLite database as store and inbox. Accepted deliveries and applied changes are durable
 * (write-ahead log, `synchronous=FULL`); after a power failure the last claims and settlements may
 * be repeated. Any number of processes on one machine may share the file. Creates the file and the
 * tables if they are missing. Synchronous: call it at startup.
 *
 * Do not use it on a network file system. Other programs may read the file at any time; one that
 * writes or checkpoints it must use `synchronous=FULL` too, or a power failure can lose
 * acknowledged deliveries.
 *
 * A handle that you pass in keeps its other uses, with these settings changed: the journal mode,
 * `busy_timeout` (5 ms, because SQLite blocks the event loop while it waits), `secure_delete` and
 * the size of the log. `synchronous` must be FULL already; this package lowers it for its claims
 * and settlements only, and restores it before it returns. better-sqlite3 lowers it to NORMAL
 * together with the write-ahead log, so run `PRAGMA synchronous = FULL` first.
 *
 * @param database a path (`:memory:` for tests), or a handle: `DatabaseSync`, better-sqlite3's
 *   `Database`
 * @throws {JobberSyncError} `ERR_STORE_OPEN`, `ERR_STORE_SETTINGS`, `ERR_STORE_SCHEMA`,
 *   `ERR_STORE_BUSY`
 * @throws {TypeError} for options that cannot work
 *
 * @example
 * ```ts
 * import { createReceiver, createWorker } from "@jobber-sync/core";
 * import { openSqlite } from "@jobber-sync/sqlite";
 *
 * const { store, inbox } = openSqlite("jobber.db");
 * const tenants = [{ slug: "acme", secrets: process.env.JOBBER_SECRET ?? "" }];
 * const receiver = createReceiver({ tenants, inbox });
 * const worker = createWorker({ inbox, store, tenants });
 * ```
 */
export function openSqlite(
  database: string | { readonly path: string } | SqliteHandle,
  options: SqliteOptions = {},
): Sqlite {
  const { busyMs = MAX_BUSY_MS, pollMs = POLL_MS, now = Date.now } = options;
  if (!(Number.isFinite(busyMs) && busyMs >= 0 && busyMs <= MAX_BUSY_MS)) {
    throw new TypeError(`busyMs must be a number from 0 to ${MAX_BUSY_MS}, in milliseconds.`);
  }
  if (!(Number.isFinite(pollMs) && pollMs >= 1)) {
    throw new TypeError("pollMs must be a number of milliseconds, at least 1.");
  }
  const source = resolveSource(database);
  const file = openFile(source, options);
  const opened = createDatabase(file, { busyMs });
  const closing = new AbortController();
  const feed = createFeed({ database: opened, pollMs, now, closing: closing.signal });
  if (options.changes === true) feed.changes.enable();
  const prepareApply = createPrepareApply({ ...feed, now });
  return {
    store: createStore(opened, { ...feed, now }),
    changes: feed.changes,
    inbox: createInbox({ database: opened, pollMs, now, closing: closing.signal }),
    outbox: createOutbox({ database: opened, prepareApply, pollMs, now, closing: closing.signal }),
    tokens: createTokenStore(opened),
    lease: createLease(opened, now),
    cursors: createCursorStore(opened),
    backup: opened.backup,
    diagnose: async () => reading(() => diagnose(file.handle)),
    close() {
      closing.abort();
      return opened.close();
    },
  };
}

function openFile(
  source: string | SqliteHandle,
  { migrate: migrates = true, logger }: SqliteOptions,
): OpenFile {
  const own = typeof source === "string";
  const initialize = (handle: SqliteHandle) => {
    setOpeningTimeout(handle);
    applySettings(handle, own);
    if (migrates) migrate(handle);
    checkSchema(handle);
    setNormalTimeout(handle);
  };
  const options = { initialize, logger: safeLogger(logger) };
  return own ? openOwnFile(source, options) : usePassedHandle(source, options);
}

/** Returns the path to open, or the handle that was passed in. */
function resolveSource(
  database: string | { readonly path: string } | SqliteHandle,
): string | SqliteHandle {
  if (isHandle(database)) return database;
  const path = typeof database === "string" ? database : database?.path;
  if (typeof path === "string" && path !== "") return path;
  throw new TypeError(
    "openSqlite needs the path of a file, or a handle with exec() and prepare().",
  );
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
