import { randomUUID } from "node:crypto";
import {
  BOSS_SETTINGS,
  createPostgres,
  POOL_SETTINGS,
  type Postgres,
  type PostgresOptions,
} from "@jobber-sync/postgres";
import pg from "pg";
import { type ConstructorOptions, PgBoss } from "pg-boss";
import { startTestServer, type TestServer } from "./embedded-postgres.ts";

/** For the hooks that start and stop a server: seconds on a machine that does many other things. */
export const START_MS = 60_000;

/** Store and inbox in a schema and a queue of their own. */
export interface OpenedPostgres extends Postgres {
  readonly schema: string;
  readonly queue: string;
}

/** A server, and pg-boss on it, shared by the tests of a file. */
export interface TestDatabase {
  readonly server: TestServer;
  readonly connectionString: string;
  readonly pool: pg.Pool;
  readonly boss: PgBoss;
  /** Of pg-boss. */
  readonly bossSchema: string;
  open(options?: Partial<PostgresOptions>): Promise<OpenedPostgres>;
  /** The same, empty, in one schema for all who ask: to make tables takes longer than most tests. For tests that leave nothing running. */
  openEmptied(options?: Partial<PostgresOptions>): Promise<OpenedPostgres>;
  stop(): Promise<void>;
}

/** Starts everything that a test file needs. */
export async function startTestDatabase(
  start: () => Promise<TestServer> = startTestServer,
): Promise<TestDatabase> {
  const server = await start();
  const { connectionString } = server;
  const pool = openPool(connectionString);
  // Of its own for each file: with DATABASE_URL the server is shared.
  const bossSchema = `boss_${randomUUID().slice(0, 8)}`;
  const boss = openBoss(connectionString, bossSchema);
  await boss.start();
  const schemas: string[] = [];
  const open = async (options: Partial<PostgresOptions> = {}): Promise<OpenedPostgres> => {
    const name = options.schema ?? `t_${randomUUID().slice(0, 8)}`;
    schemas.push(name);
    const postgres = createPostgres({ pool, boss, schema: name, queue: name, ...options });
    await postgres.migrate();
    return { ...postgres, schema: name, queue: name };
  };
  let first: Promise<OpenedPostgres> | null = null;
  return {
    server,
    connectionString,
    pool,
    boss,
    bossSchema,
    open,
    async openEmptied(options = {}) {
      first ??= open();
      const { schema, queue } = await first;
      const { rows } = await pool.query<{ name: string }>(
        "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename <> 'jobber_migrations'",
        [schema],
      );
      await pool.query(rows.map(({ name }) => `DELETE FROM "${schema}".${name}`).join("; "));
      await boss.deleteAllJobs(queue);
      return { ...createPostgres({ pool, boss, schema, queue, ...options }), schema, queue };
    },
    async stop() {
      await boss.stop({ graceful: false });
      for (const name of server.shared ? [...schemas, bossSchema] : []) {
        await pool.query(`DROP SCHEMA IF EXISTS ${pg.escapeIdentifier(name)} CASCADE`);
      }
      await pool.end();
      await server.stop();
    },
  };
}

export function openPool(connectionString: string, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString, max: 20, ...POOL_SETTINGS, ...options });
  // pool.end() does not wait for the connections to close, and the server that is stopped next says goodbye to each.
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
