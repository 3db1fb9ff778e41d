import { randomUUID } from "node:crypto";
import {
  BOSS_SETTINGS,
  createPostgres,
  POOL_SETTINGS,
  type Postgres,
  type PostgresOptions,
} from "@jobber-sync/postgres";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { startTestServer, type TestServer } from "./embedded-postgres.ts";

/** A server, and pg-boss on it, shared by the tests of a file. */
export interface TestDatabase {
  readonly connectionString: string;
  readonly pool: pg.Pool;
  readonly boss: PgBoss;
  /** Store and inbox in a schema and a queue of their own. */
  open(
    options?: Partial<PostgresOptions>,
  ): Promise<Postgres & { readonly schema: string; readonly queue: string }>;
  stop(): Promise<void>;
}

/** Starts everything that a test file needs. */
export async function startTestDatabase(flags?: readonly string[]): Promise<TestDatabase> {
  const server: TestServer = await startTestServer(flags);
  const { connectionString } = server;
  const pool = new pg.Pool({ connectionString, max: 20, ...POOL_SETTINGS });
  // pool.end() does not wait for the connections to close, and the server that is stopped next says goodbye to each.
  pool.on("error", () => {});
  pool.on("connect", (client) => client.on("error", () => {}));
  // Of its own for each file: with DATABASE_URL the server is shared.
  const bossSchema = `boss_${randomUUID().slice(0, 8)}`;
  const boss = new PgBoss({ connectionString, schema: bossSchema, ...BOSS_SETTINGS });
  boss.on("error", () => {});
  await boss.start();
  const schemas: string[] = [];
  return {
    connectionString,
    pool,
    boss,
    async open(options = {}) {
      const name = `t_${randomUUID().slice(0, 8)}`;
      schemas.push(name);
      const postgres = createPostgres({ pool, boss, schema: name, queue: name, ...options });
      await postgres.migrate();
      return { ...postgres, schema: name, queue: name };
    },
    async stop() {
      await boss.stop({ graceful: false });
      for (const name of [...schemas, bossSchema])
        await pool.query(`DROP SCHEMA IF EXISTS "${name}" CASCADE`);
      await pool.end();
      await server.stop();
    },
  };
}
