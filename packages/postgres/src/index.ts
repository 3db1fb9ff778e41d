export { createPostgres, type Postgres, type PostgresOptions } from "./create-postgres.ts";
export type {
  Boss,
  BossDatabase,
  BossJob,
  BossQueueSettings,
  BossWorkOptions,
} from "./database/boss.ts";
export { BOSS_SETTINGS, POOL_SETTINGS, POOLER_SETTINGS } from "./database/settings.ts";
export type { SqlClient, SqlPool, SqlResult } from "./database/sql-pool.ts";
