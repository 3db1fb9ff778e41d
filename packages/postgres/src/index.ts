export type { Boss, BossDatabase, BossJob, BossQueueSettings, BossWorkOptions } from "./boss.ts";
export { createPostgres, type Postgres, type PostgresOptions } from "./create-postgres.ts";
export { BOSS_SETTINGS, POOL_SETTINGS } from "./settings.ts";
export type { SqlClient, SqlPool, SqlResult } from "./sql-pool.ts";
