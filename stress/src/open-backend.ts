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

/** A database, as passed to every process of a test. */
export type Target =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly url: string };

/** Store and inbox on a target, with SQL access for audits. */
export interface Backend {
  readonly store: SyncStore & SyncReader;
  readonly inbox: Inbox;
  /** Runs SQL in the target's dialect. */
  sql(text: string): Promise<readonly Record<string, unknown>[]>;
  /**
   * Counts waiting and claimed deliveries. Faster than `inbox.list`, which may scan the done ones.
   */
  unfinished(): Promise<number>;
  /**
   * Returns the number of deadlocks the server ended. SQLite has none, because one process writes
   * at a time.
   */
  deadlocks(): Promise<number>;
  close(): Promise<void>;
}

/** Options for {@link openBackend}. */
export interface OpenOptions {
  /** Called when a write is about to be committed, for a process that dies at that point. */
  readonly onCommit?: (() => void) | undefined;
  /** The `sweepMs` option of `createPostgres`. Milliseconds. @default the package's default */
  readonly sweepMs?: number | undefined;
}

const unfinishedIn = (table: string) =>
  `SELECT count(*) AS count FROM ${table} WHERE state IN ('waiting', 'claimed')`;

/** Opens a target and creates its tables. Any number of processes can do so. */
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
    unfinished: async () => Number(handle.prepare(unfinishedIn("jobber_deliveries")).get()?.count),
    deadlocks: async () => 0,
    async close() {
      await close();
      handle.close();
    },
  };
}

/** Wraps a handle to call `onCommit` before each COMMIT. */
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
  { onCommit, sweepMs }: OpenOptions,
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
    // The checks name tables without a schema, as for SQLite.
    prepare: true,
    sweepMs,
  });
  await migrate();
  return {
    store,
    inbox,
    async sql(text) {
      return (await pool.query(text)).rows;
    },
    unfinished: async () =>
      Number((await pool.query(unfinishedIn("jobber_sync.jobber_deliveries"))).rows[0]?.count),
    async deadlocks() {
      // A backend reports its counters with a later statement, at most once a second.
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

/** Wraps a pool to call `onCommit` when a statement that writes a job has been sent. */
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
