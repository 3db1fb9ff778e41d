import { DatabaseSync } from "node:sqlite";
import { setTimeout as delay } from "node:timers/promises";
import type { SyncReader } from "@jobber-sync/core";
import type { Inbox, SyncStore } from "@jobber-sync/core/ports";
import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS } from "@jobber-sync/postgres";
import { openSqlite } from "@jobber-sync/sqlite";
import pg from "pg";
import { PgBoss } from "pg-boss";

const CONNECTIONS = 4;
const STATISTICS_MS = 1100;

/** A database as every process of a campaign names it. */
export type Target =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/** Store and inbox on a target. */
export interface Backend {
  readonly store: SyncStore & SyncReader;
  readonly inbox: Inbox;
  /** Runs SQL of its dialect, for audits. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  /** How many deliveries wait or are claimed. Asked again and again: a list of the inbox may walk over all that are done. */
  unfinished(): Promise<number>;
  /** How many deadlocks the server had to end. SQLite has none: one process writes at a time. */
  deadlocks(): Promise<number>;
  close(): Promise<void>;
}

/** How a target is opened. */
export interface OpenOptions {
  /** Called when a write is about to become durable: for a process that is to die in the middle of it. */
  readonly onCommit?: () => void;
  /** How long a row must have been due before a listener on Postgres takes it without a wake-up. Milliseconds. @default the package's */
  readonly overdueMs?: number;
}

const UNFINISHED =
  "SELECT count(*) AS count FROM jobber_deliveries WHERE state IN ('waiting', 'claimed')";

/** Opens a target and makes its tables. Any number of processes may. */
export function openBackend(target: Target, options: OpenOptions = {}): Promise<Backend> {
  return target.kind === "sqlite"
    ? openFile(target.path, options)
    : openServer(target.url, options);
}

async function openFile(path: string, { onCommit }: OpenOptions): Promise<Backend> {
  const handle = new DatabaseSync(path);
  const { store, inbox, close } = openSqlite(
    onCommit === undefined ? handle : watched(handle, onCommit),
  );
  return {
    store,
    inbox,
    async sql(text) {
      return handle.prepare(text).all();
    },
    unfinished: async () => Number(handle.prepare(UNFINISHED).get()?.count),
    deadlocks: async () => 0,
    async close() {
      await close();
      handle.close();
    },
  };
}

/** The handle, which says when a transaction is about to be committed. */
function watched(handle: DatabaseSync, onCommit: () => void): DatabaseSync {
  return new Proxy(handle, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...parameters: unknown[]) => {
        const [sql] = parameters;
        if (name === "exec" && isCommit(sql)) onCommit();
        const result = value.apply(target, parameters);
        if (name === "prepare" && isCommit(sql)) {
          const run = result.run.bind(result);
          result.run = (...values: unknown[]) => {
            onCommit();
            return run(...values);
          };
        }
        return result;
      };
    },
  });
}

function isCommit(sql: unknown): boolean {
  return typeof sql === "string" && /^\s*COMMIT/i.test(sql);
}

async function openServer(
  connectionString: string,
  { onCommit, overdueMs }: OpenOptions,
): Promise<Backend> {
  const pool = new pg.Pool({ connectionString, max: CONNECTIONS, ...POOL_SETTINGS }).on(
    "error",
    () => {},
  );
  const boss = new PgBoss({ connectionString, max: 3, ...BOSS_SETTINGS }).on("error", () => {});
  await boss.start();
  const { store, inbox, migrate } = createPostgres({
    pool: onCommit === undefined ? pool : sending(pool, onCommit),
    boss,
    prepare: true,
    overdueMs,
  });
  await migrate();
  return {
    store,
    inbox,
    async sql(text) {
      return (await pool.query(text)).rows;
    },
    unfinished: async () => Number((await pool.query(UNFINISHED)).rows[0]?.count),
    async deadlocks() {
      // A server process tells of what it has counted when it ends, or with the next statement, but not twice within a second.
      await delay(STATISTICS_MS);
      await Promise.all(
        Array.from({ length: CONNECTIONS }, () => pool.query("SELECT pg_sleep(0.1)")),
      );
      const { rows } = await pool.query<{ deadlocks: string }>(
        "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
      );
      return Number(rows[0]?.deadlocks);
    },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

/** The pool, which says when a statement that writes a job is on its way to the server. */
function sending(pool: pg.Pool, onCommit: () => void): pg.Pool {
  return new Proxy(pool, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== "query") return typeof value === "function" ? value.bind(target) : value;
      return (...parameters: unknown[]) => {
        const sent = value.apply(target, parameters);
        const [first] = parameters;
        const text =
          typeof first === "string"
            ? first
            : ((first as { text?: string } | undefined)?.text ?? "");
        if (/jobber_jobs/.test(text) && /INSERT/i.test(text)) setImmediate(onCommit);
        return sent;
      };
    },
  });
}
