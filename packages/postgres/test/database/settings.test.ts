import { BOSS_SETTINGS, POOL_SETTINGS } from "@jobber-sync/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { expect, it } from "vitest";

const connectionString = "postgres://user@127.0.0.1:1/nowhere";

it("BOSS_SETTINGS reaches the connections of pg-boss", async () => {
  const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS }).on("error", () => {});
  await expect(boss.start()).rejects.toThrow();
  // pg-boss makes its pool of what it was given.
  const { pool } = boss.getDb() as unknown as { readonly pool: pg.Pool };
  expect(pool.options).toMatchObject({
    keepAlive: true,
    query_timeout: 60_000,
    connectionTimeoutMillis: 5000,
  });
  await boss.stop({ graceful: false });
});

it("POOL_SETTINGS reaches the connections of the pool", async () => {
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS });
  expect(pool.options).toMatchObject(POOL_SETTINGS);
  await pool.end();
});
