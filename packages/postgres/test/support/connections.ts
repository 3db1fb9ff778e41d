import pg from "pg";
import { type ConstructorOptions, PgBoss } from "pg-boss";
// Not through the package's entry: vitest runs the global setup without the export conditions.
import { BOSS_SETTINGS, POOL_SETTINGS } from "../../src/database/settings.ts";

/** The schema of pg-boss in test databases. */
export const BOSS_SCHEMA = "boss";

export function openPool(connectionString: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 20, ...POOL_SETTINGS, ...options });
  // pool.end() does not wait for its connections to close; a server that stops next ends them with
  // an error.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  return pool;
}

export function openBoss(
  connectionString: string,
  schema: string,
  options: ConstructorOptions = {},
): PgBoss {
  const boss = new PgBoss({ connectionString, schema, ...BOSS_SETTINGS, ...options });
  boss.on("error", () => {});
  return boss;
}
