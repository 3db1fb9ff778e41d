import { DatabaseSync } from "node:sqlite";
import type { Inbox, SyncReader, SyncStore } from "@jobber-sync/core";
import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS } from "@jobber-sync/postgres";
import { openSqlite } from "@jobber-sync/sqlite";
import pg from "pg";
import { PgBoss } from "pg-boss";

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
  close(): Promise<void>;
}

/** How a process dies in the middle of a write. */
export interface OpenOptions {
  /** Called when a write is about to become durable. */
  readonly onCommit?: () => void;
}

/** Opens a target and makes its tables. Any number of processes may. */
export function openBackend(target: Target, options: OpenOptions = {}): Promise<Backend> {
  return target.kind === "sqlite" ? openFile(target.path, options) : openServer(target.url, options);
}

async function openFile(path: string, { onCommit }: OpenOptions): Promise<Backend> {
  const handle = new DatabaseSync(path);
  const { store, inbox, close } = openSqlite(onCommit === undefined ? handle : watched(handle, onCommit));
  return {
    store,
    inbox,
    async sql(text) {
      return handle.prepare(text).all();
    },
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

async function openServer(connectionString: string, { onCommit }: OpenOptions): Promise<Backend> {
  const pool = new pg.Pool({ connectionString, max: 4, ...POOL_SETTINGS }).on("error", () => {});
  const boss = new PgBoss({ connectionString, max: 3, ...BOSS_SETTINGS }).on("error", () => {});
  await boss.start();
  const { store, inbox, migrate } = createPostgres({
    pool: onCommit === undefined ? pool : sending(pool, onCommit),
    boss,
    prepare: true,
  });
  await migrate();
  return {
    store,
    inbox,
    async sql(text) {
      return (await pool.query(text)).rows;
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
          typeof first === "string" ? first : ((first as { text?: string } | undefined)?.text ?? "");
        if (/jobber_jobs/.test(text) && /INSERT/i.test(text)) setImmediate(onCommit);
        return sent;
      };
    },
  });
}
