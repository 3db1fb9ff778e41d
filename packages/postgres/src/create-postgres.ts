import type { SyncReader } from "@jobber-sync/core";
import type {
  ChangeFeed,
  CursorStore,
  DatabaseProblem,
  Inbox,
  Lease,
  Outbox,
  RecordEraser,
  SyncStore,
  TokenStore,
} from "@jobber-sync/core/ports";
import { createFeed } from "./changes/feed.ts";
import type { Boss } from "./database/boss.ts";
import { preparedPool } from "./database/prepared-pool.ts";
import { quoteSchema } from "./database/quote-schema.ts";
import { sessionPool } from "./database/session-pool.ts";
import type { SqlClient, SqlPool } from "./database/sql-pool.ts";
import type { Run } from "./database/transaction.ts";
import { createInbox } from "./inbox/inbox.ts";
import type { InboxClock, InboxContext } from "./inbox/inbox-context.ts";
import { checkAccess, probePool } from "./migrations/check-access.ts";
import { checkPrepared } from "./migrations/check-prepared.ts";
import { checkSequence } from "./migrations/check-sequence.ts";
import { checkServer } from "./migrations/check-server.ts";
import { checkWiring } from "./migrations/check-wiring.ts";
import { diagnose } from "./migrations/diagnose.ts";
import { ensureQueue } from "./migrations/ensure-queue.ts";
import { checkTables, migrateTables } from "./migrations/migrate.ts";
import { createOutbox } from "./outbox/outbox.ts";
import { createApplyIn, createStore } from "./store/store.ts";
import { createCursorStore } from "./tokens/cursor-store.ts";
import { createLease } from "./tokens/lease.ts";
import { createTokenStore } from "./tokens/token-store.ts";

/** Options for {@link createPostgres}. */
export interface PostgresOptions {
  /**
   * Your connections: `new pg.Pool({ …, ...POOL_SETTINGS })`. Add a listener for its `error` event,
   * or a broken idle connection ends the process.
   */
  readonly pool: SqlPool;
  /**
   * pg-boss on the same database: `new PgBoss({ …, ...BOSS_SETTINGS })`. Start and stop it
   * yourself. Pass it for many workers: it wakes them at once.
   *
   * @default none: workers poll the rows, for serverless and small set-ups
   */
  readonly boss?: Boss | undefined;
  /**
   * Without `boss`: interval at which a listening inbox looks for due rows of other processes.
   * Deliveries that the same process accepted are found at once. Milliseconds.
   *
   * @default 500
   */
  readonly pollMs?: number | undefined;
  /** Schema of the tables. `migrate()` creates it. @default "jobber_sync" */
  readonly schema?: string | undefined;
  /** Name of the pg-boss queue. Each schema needs its own. @default "jobber-deliveries" */
  readonly queue?: string | undefined;
  /**
   * `false`: `migrate()` only verifies that the package's `sql` files have been run.
   *
   * @default true
   */
  readonly migrate?: boolean | undefined;
  /**
   * Uses named prepared statements, which about halves the server's cost of a write. For pools that
   * accept pg's query objects (`{ name, text, values }`) and connect to the server directly, not
   * through a pooler in transaction mode.
   *
   * @default false
   */
  readonly prepare?: boolean | undefined;
  /**
   * `true` for connections through a pooler in transaction mode, such as PgBouncer: each
   * transaction sets its own limits. Open the pool with {@link POOLER_SETTINGS} then. pg-boss needs
   * direct connections for `useListenNotify`.
   *
   * @default false
   */
  readonly pooler?: boolean | undefined;
  /** Limit after which `accept` rejects with `ERR_STORE_BUSY`. Milliseconds. @default 750 */
  readonly acceptTimeoutMs?: number | undefined;
  /**
   * Batches of deliveries in flight at once. Each holds a connection; more of them are smaller.
   *
   * @default 2
   */
  readonly acceptLanes?: number | undefined;
  /** Writing statements of the store in flight at once. Each holds a connection. @default 2 */
  readonly applyLanes?: number | undefined;
  /**
   * Interval at which a listening inbox looks for rows without a wake-up. Rows whose wake-up waits
   * behind those of another tenant are found four times as often. Milliseconds.
   *
   * @default 2000
   */
  readonly sweepMs?: number | undefined;
  /**
   * Minimum time for which a row must have been due before it overtakes its tenant's other rows.
   * Rows of a dead worker do so as soon as their claim expires. Milliseconds.
   *
   * @default 15000
   */
  readonly overdueMs?: number | undefined;
  /**
   * `false`: accepts deliveries even if the server runs with `fsync` or `synchronous_commit` off. A
   * server crash may then lose deliveries that were acknowledged with 200, unless the host makes
   * commits durable by other means: Neon reports `fsync = off` because its storage layer replicates
   * the log.
   *
   * @default true
   */
  readonly requireDurable?: boolean | undefined;
  /**
   * The clock for due times, claims and ages. With `database` the clocks of your machines do not
   * matter: a `dueAt`, and the `now` of a resume or purge, count relative to the caller's own
   * clock, and every other `now` is ignored. `caller` uses the given times, for tests with a fake
   * clock; wake-ups still follow the real one.
   *
   * @default "database"
   */
  readonly clock?: InboxClock | undefined;
  /**
   * Whether the store writes a row for each change of a record, for the change handlers of a
   * worker. A worker with such handlers enables it in its own process; a process that only receives
   * or reconciles needs it here.
   *
   * @default false
   */
  readonly changes?: boolean | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Interval of looks for changes to push that another process stored. Milliseconds. */
const OUTBOX_POLL_MS = 500;

/** The ports of receiver, worker and API client, implemented on one PostgreSQL database. */
export interface Postgres {
  readonly store: SyncStore & SyncReader & RecordEraser;
  readonly inbox: Inbox;
  /** Changes of the store's records, until a handler has received them. */
  readonly changes: ChangeFeed;
  /**
   * Changes to push to Jobber. Shares the inbox's lanes and the store's transactions. `put` joins a
   * transaction of yours: pass pg's client as `transaction`.
   */
  readonly outbox: Outbox;
  /** Tenants' connections to Jobber. Wrap it in `encryptTokens`. */
  readonly tokens: TokenStore;
  /** Ensures that one process at a time refreshes a tenant's tokens. */
  readonly lease: Lease;
  /** Progress of reconciles. */
  readonly cursors: CursorStore;
  /**
   * Creates or updates tables and queue; with `migrate: false`, verifies them. Then proves, with a
   * probe that is rolled back, that the role can accept, claim, settle and store. Idempotent and
   * safe to call from several processes at once. Start pg-boss first, if you pass it.
   *
   * @throws {JobberSyncError} `ERR_STORE_SCHEMA` if tables are missing (with `migrate: false`);
   * `ERR_STORE_SETTINGS` for missing privileges or policies, a PostgreSQL older than 14, an
   * encoding other than UTF-8, `prepare` through a pooler that forgets prepared statements, a
   * sequence behind the rows, a pg-boss that is not running, a queue with another policy, pool and
   * boss on different databases, or commits that are not durable; `ERR_STORE…` if the database is
   * unavailable
   */
  migrate(): Promise<void>;
  /**
   * Looks for problems: commits that are not durable, a pooler that the options do not allow for,
   * missing tables, missing privileges. What it writes is rolled back.
   *
   * @throws {JobberSyncError} `ERR_STORE…` if the database is unavailable
   */
  diagnose(): Promise<readonly DatabaseProblem[]>;
}

/**
 * Creates store and inbox on PostgreSQL, for any number of machines. Tables hold contacts, jobs,
 * submissions and deliveries; pg-boss wakes the workers, or they poll. Opens no connection before
 * the first call.
 *
 * A delivery is accepted once its row and its wake-up are committed in one transaction.
 *
 * @throws {TypeError} for invalid options
 *
 * @example
 * ```ts
 * import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS } from "@jobber-sync/postgres";
 * import pg from "pg";
 * import { PgBoss } from "pg-boss";
 *
 * const connectionString = process.env.DATABASE_URL ?? "";
 * const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS }).on("error", console.error);
 * const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS }).on("error", console.error);
 * await boss.start();
 * const { store, inbox, migrate } = createPostgres({ pool, boss });
 * await migrate();
 * ```
 */
export function createPostgres(options: PostgresOptions): Postgres {
  const { queue = "jobber-deliveries", migrate = true, clock = "database" } = options;
  const boss = options.boss ?? null;
  if (typeof options.pool?.query !== "function" || typeof options.pool.connect !== "function") {
    throw new TypeError(
      "createPostgres needs a pool with query() and connect(), such as pg's Pool.",
    );
  }
  if (boss !== null && !(typeof boss.insert === "function" && typeof boss.work === "function")) {
    throw new TypeError("boss must be a new PgBoss(…) of pg-boss 12, or left out.");
  }
  if (!/^[\w.\-/]+$/.test(queue)) {
    throw new TypeError("queue must consist of letters, digits, and any of _ - . /");
  }
  if (clock !== "database" && clock !== "caller") {
    throw new TypeError('clock must be "database" or "caller".');
  }
  const { prepare = false, pooler = false } = options;
  if (prepare && pooler) {
    throw new TypeError("prepare: true needs direct connections. Leave it out with pooler: true.");
  }
  const sqlPool = prepare ? preparedPool(options.pool) : options.pool;
  const pool = sessionPool(sqlPool, { pooler });
  const schema = quoteSchema(options.schema ?? "jobber_sync");
  const context: InboxContext = { pool, boss, schema, queue, clock, now: options.now ?? Date.now };
  const durable = options.requireDurable ?? true;
  const accept = {
    timeoutMs: positive("acceptTimeoutMs", options.acceptTimeoutMs ?? 750),
    lanes: positive("acceptLanes", options.acceptLanes ?? 2),
    durable,
  };
  const sweep = {
    sweepMs: positive("sweepMs", options.sweepMs ?? 2000),
    overdueMs: positive("overdueMs", options.overdueMs ?? 15_000),
  };
  const poll = { pollMs: positive("pollMs", options.pollMs ?? 500) };

  const feed = createFeed(context);
  if (options.changes === true) feed.changes.enable();
  const lanes = positive("applyLanes", options.applyLanes ?? 2);

  return {
    store: createStore(pool, schema, { lanes, feed, clock: context }),
    changes: feed.changes,
    inbox: createInbox(context, { accept, sweep, poll }),
    outbox: createOutbox({
      ...context,
      applyIn: createApplyIn(schema, { feed, clock: context }),
      onApplied: () => feed.isEnabled() && feed.wake(),
      pollMs: OUTBOX_POLL_MS,
    }),
    tokens: createTokenStore(pool, schema),
    lease: createLease(pool, schema),
    cursors: createCursorStore(pool, schema),
    async migrate() {
      await checkServer(pool);
      if (prepare) await checkPrepared(sqlPool);
      if (migrate) await migrateTables(pool, schema);
      else await checkTables(pool, schema);
      if (boss !== null) await ensureQueue(boss, queue, migrate);
      await checkSequence(pool, schema);
      await checkWiring({ pool, boss, queue, durable, probe });
    },
    diagnose: () =>
      diagnose({ pool, clients: options.pool, schema, pooler, requireDurable: durable, probe }),
  };

  function probe(run: Run, client: SqlClient): Promise<void> {
    const probed = { ...context, pool: probePool(client) };
    const parts = {
      inbox: createInbox(probed, { accept: { ...accept, durable: false }, sweep, poll }),
      store: createStore(probed.pool, schema, {
        lanes: 1,
        feed: { isEnabled: () => true, wake: () => {} },
        clock: context,
      }),
      changes: createFeed(probed).changes,
    };
    return checkAccess(schema, parts, run);
  }
}

/** @throws {TypeError} */
function positive(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 2 ** 31 - 1)
    return value;
  throw new TypeError(`${name} must be a whole number from 1 to 2147483647.`);
}
