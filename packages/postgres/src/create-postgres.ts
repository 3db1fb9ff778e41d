import type { SyncReader } from "@jobber-sync/core";
import type { CursorStore, Inbox, Lease, SyncStore, TokenStore } from "@jobber-sync/core/ports";
import type { Boss } from "./database/boss.ts";
import { preparedPool } from "./database/prepared-pool.ts";
import { quoteSchema } from "./database/quote-schema.ts";
import type { SqlPool } from "./database/sql-pool.ts";
import { createAccept } from "./inbox/accept.ts";
import { createReserveFetch } from "./inbox/acquire-slot.ts";
import { createClaim } from "./inbox/claim.ts";
import { createDue } from "./inbox/due.ts";
import { createExtend } from "./inbox/extend.ts";
import type { InboxClock, InboxContext } from "./inbox/inbox-context.ts";
import { createListing } from "./inbox/list.ts";
import { createListen } from "./inbox/listen.ts";
import { createPurge } from "./inbox/purge.ts";
import { createReplay } from "./inbox/replay.ts";
import { createResume } from "./inbox/resume.ts";
import { createSettle } from "./inbox/settle.ts";
import { checkWiring } from "./migrations/check-wiring.ts";
import { ensureQueue } from "./migrations/ensure-queue.ts";
import { checkTables, migrateTables } from "./migrations/migrate.ts";
import { createStore } from "./store/store.ts";
import { createCursorStore } from "./tokens/cursor-store.ts";
import { createLease } from "./tokens/lease.ts";
import { createTokenStore } from "./tokens/token-store.ts";

/** What {@link createPostgres} takes. */
export interface PostgresOptions {
  /** Your connections: `new pg.Pool({ …, ...POOL_SETTINGS })`. Listen to its `error` event, or a broken idle connection ends the process. */
  readonly pool: SqlPool;
  /** pg-boss on the same database: `new PgBoss({ …, ...BOSS_SETTINGS })`. You start and stop it. */
  readonly boss: Boss;
  /** Where the tables are. @default "public" */
  readonly schema?: string | undefined;
  /** The pg-boss queue. Inboxes of two schemas in one database need two. @default "jobber-deliveries" */
  readonly queue?: string | undefined;
  /** `false`: `migrate()` changes no schema, it only checks that the package's `sql` files were run. @default true */
  readonly migrate?: boolean | undefined;
  /**
   * Lets each connection parse a statement once. For pools that take pg's query objects (`{ name, text, values }`) and talk to the server
   * themselves; not through a PgBouncer in transaction mode, which gives every transaction another connection.
   *
   * @default false
   */
  readonly prepare?: boolean | undefined;
  /** How long `accept` may take before it rejects with `ERR_STORE_BUSY`. Milliseconds. @default 750 */
  readonly acceptTimeoutMs?: number | undefined;
  /** Batches of deliveries written at one time; each holds a connection. More make the batches smaller. @default 2 */
  readonly acceptLanes?: number | undefined;
  /** Statements of the store that write at one time; each holds a connection. @default 2 */
  readonly applyLanes?: number | undefined;
  /** How often a listening inbox looks for rows that no wake-up led to. Milliseconds. @default 2000 */
  readonly sweepMs?: number | undefined;
  /**
   * How long a row must have been due before that look takes it; what a dead worker held is taken when its claim has run out. Milliseconds.
   *
   * @default 15000
   */
  readonly overdueMs?: number | undefined;
  /**
   * `false`: deliveries are taken even when the server runs with `fsync` or `synchronous_commit` off, and a crash of the server loses
   * some that were answered 200.
   *
   * @default true
   */
  readonly requireDurable?: boolean | undefined;
  /**
   * Which clock says what is due, how long a claim holds and how old something is. With `database` the clocks of your machines do not
   * matter: of a `dueAt`, and of the `now` of a resume or a purge, only the distance from the caller's own `now` counts, and a `now` says
   * nothing elsewhere. `caller` takes them as they are, for tests with a clock of their own; wake-ups then still follow the real one.
   *
   * @default "database"
   */
  readonly clock?: InboxClock | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Everything that a receiver, a worker and the API client keep, on one Postgres. */
export interface Postgres {
  readonly store: SyncStore & SyncReader;
  readonly inbox: Inbox;
  /** Tenants' connections to Jobber; wrap it in `encryptTokens`. */
  readonly tokens: TokenStore;
  /** So that one process at a time refreshes a tenant's tokens. */
  readonly lease: Lease;
  /** How far a reconcile came. */
  readonly cursors: CursorStore;
  /**
   * Creates or updates tables and queue, or checks them with `migrate: false`. Any number of processes may call it at once, and as often as
   * they like. Start pg-boss before.
   *
   * @throws {JobberSyncError} `ERR_STORE_SCHEMA` (tables missing, with `migrate: false`), `ERR_STORE_SETTINGS` (rights, pg-boss not
   * started, a queue of another policy, pool and boss on two databases, `fsync` or `synchronous_commit` off), `ERR_STORE…` for a database
   * that cannot be reached
   */
  migrate(): Promise<void>;
}

/**
 * Store and inbox on Postgres, for any number of machines: the tables hold contacts, jobs, submissions and deliveries, pg-boss wakes the
 * workers. Nothing connects before it is used.
 *
 * A delivery is accepted when its row and its wake-up are committed in one transaction.
 *
 * @throws {TypeError} for options that cannot work
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
  const { boss, queue = "jobber-deliveries", migrate = true, clock = "database" } = options;
  if (typeof options.pool?.query !== "function" || typeof options.pool.connect !== "function") {
    throw new TypeError(
      "createPostgres needs a pool with query() and connect(), such as pg's Pool.",
    );
  }
  if (typeof boss?.insert !== "function" || typeof boss.work !== "function") {
    throw new TypeError("createPostgres needs a boss: new PgBoss(…) of pg-boss 12.");
  }
  if (!/^[\w.\-/]+$/.test(queue)) {
    throw new TypeError("queue must be made of letters, digits, and any of _ - . /");
  }
  if (clock !== "database" && clock !== "caller") {
    throw new TypeError('clock must be "database" or "caller".');
  }
  const pool = options.prepare ? preparedPool(options.pool) : options.pool;
  const schema = quoteSchema(options.schema ?? "public");
  const context: InboxContext = { pool, boss, schema, queue, clock, now: options.now ?? Date.now };
  const durable = options.requireDurable ?? true;
  const accept = createAccept(context, {
    timeoutMs: positive("acceptTimeoutMs", options.acceptTimeoutMs ?? 750),
    lanes: positive("acceptLanes", options.acceptLanes ?? 2),
    durable,
  });
  const listen = createListen(context, {
    sweepMs: positive("sweepMs", options.sweepMs ?? 2000),
    overdueMs: positive("overdueMs", options.overdueMs ?? 15_000),
  });

  return {
    store: createStore(pool, schema, positive("applyLanes", options.applyLanes ?? 2)),
    inbox: {
      accept,
      listen,
      claim: createClaim(context),
      extend: createExtend(context),
      settle: createSettle(context),
      due: createDue(context),
      ...createListing(context),
      replay: createReplay(context),
      resume: createResume(context),
      acquireSlot: createReserveFetch(context),
      purge: createPurge(context),
    },
    tokens: createTokenStore(pool, schema),
    lease: createLease(pool, schema),
    cursors: createCursorStore(pool, schema),
    async migrate() {
      if (migrate) await migrateTables(pool, schema);
      else await checkTables(pool, schema);
      await ensureQueue(boss, queue, migrate);
      await checkWiring({ pool, boss, queue, durable });
    },
  };
}

/** @throws {TypeError} */
function positive(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 2 ** 31 - 1)
    return value;
  throw new TypeError(`${name} must be a whole number from 1 to 2147483647.`);
}
