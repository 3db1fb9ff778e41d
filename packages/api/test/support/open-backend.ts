import type { SyncReader } from "@jobber-sync/core";
import type { CursorStore, Inbox, Lease, SyncStore, TokenStore } from "@jobber-sync/core/ports";
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

/** Opens the database and creates missing tables. */
export async function openBackend(settings: BackendSettings): Promise<Backend> {
  if (settings.kind === "sqlite") return openSqlite(settings.path);
  const { connectionString } = settings;
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS }).on("error", () => {});
  const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS }).on("error", () => {});
  await boss.start();
  const postgres = createPostgres({ pool, boss });
  await postgres.migrate();
  return {
    ...postgres,
    async close() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}
