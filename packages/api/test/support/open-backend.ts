import type { SyncReader } from "@jobber-sync/core";
import {
  type CursorStore,
  type Inbox,
  type Lease,
  listenByPolling,
  type SyncStore,
  type TokenStore,
} from "@jobber-sync/core/ports";
import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS } from "@jobber-sync/postgres";
import { openSqlite } from "@jobber-sync/sqlite";
import pg from "pg";
import { PgBoss } from "pg-boss";

/** Settings of a database. */
export type BackendSettings =
  | { readonly kind: "sqlite"; readonly path: string }
  | { readonly kind: "postgres"; readonly connectionString: string };

/** The stores of a database. */
export interface Backend {
  readonly store: SyncStore & SyncReader;
  readonly inbox: Inbox;
  readonly tokens: TokenStore;
  readonly lease: Lease;
  readonly cursors: CursorStore;
  close(): Promise<void>;
}

/** A clock that tests set or scale, and how often to look for work by it. */
export interface BackendClock {
  readonly now: () => number;
  readonly pollMs: number;
}

/** Opens the database and creates missing tables. @param clock the real one if absent */
export async function openBackend(
  settings: BackendSettings,
  clock?: BackendClock,
): Promise<Backend> {
  if (settings.kind === "sqlite") return openSqlite(settings.path, clock);
  const { connectionString } = settings;
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS }).on("error", () => {});
  const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS }).on("error", () => {});
  await boss.start();
  const own = clock === undefined ? {} : { clock: "caller" as const, now: clock.now };
  const postgres = createPostgres({ pool, boss, ...own });
  await postgres.migrate();
  const { inbox } = postgres;
  return {
    ...postgres,
    // Wake-ups follow the real clock, so that a scaled one has to look for work instead.
    inbox:
      clock === undefined
        ? inbox
        : {
            ...inbox,
            listen: (run, options) => listenByPolling(inbox, run, { ...options, ...clock }),
          },
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
