import type { SyncReader } from "@jobber-sync/core";
import type { Inbox, SyncStore } from "@jobber-sync/core/ports";
import {
  BOSS_SETTINGS,
  createPostgres,
  POOL_SETTINGS,
  POOLER_SETTINGS,
  type Postgres,
} from "@jobber-sync/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";

const connectionString = "postgres://localhost/app";
const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS });
const pooled = new pg.Pool({ connectionString, ...POOLER_SETTINGS });
const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS });

const postgres: Postgres = createPostgres({ pool, boss });
postgres.inbox satisfies Inbox;
postgres.store satisfies SyncStore & SyncReader;
postgres.migrate() satisfies Promise<void>;
createPostgres({ pool: pooled, boss, schema: undefined, queue: undefined, migrate: false });

// @ts-expect-error a pool is required
createPostgres({ boss });
// @ts-expect-error not a clock
createPostgres({ pool, boss, clock: "wall" });
