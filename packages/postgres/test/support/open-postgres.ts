import { randomUUID } from "node:crypto";
import { createPostgres, type Postgres, type PostgresOptions } from "@jobber-sync/postgres";
import type pg from "pg";
import type { PgBoss } from "pg-boss";
import { quoteSchema } from "../../src/database/quote-schema.ts";
import { ensureQueue } from "../../src/migrations/ensure-queue.ts";
import { migrateTables } from "../../src/migrations/migrate.ts";
import { BOSS_SCHEMA, openBoss, openPool } from "./connections.ts";

/** Store and inbox in a schema and a queue of their own. */
export interface OpenedPostgres extends Postgres {
  readonly schema: string;
  readonly queue: string;
}

/** A database with a started pg-boss, shared by the tests of a file. */
export interface TestDatabase {
  readonly connectionString: string;
  readonly pool: pg.Pool;
  readonly boss: PgBoss;
  /** The schema of pg-boss. */
  readonly bossSchema: string;
  /** Opens store and inbox in a new schema. */
  open(options?: Partial<PostgresOptions>): Promise<OpenedPostgres>;
  /**
   * Like `open`, but empties and reuses one schema, which is faster. For tests that leave nothing
   * running.
   */
  openEmptied(options?: Partial<PostgresOptions>): Promise<OpenedPostgres>;
  stop(): Promise<void>;
}

/** Opens a database of a running server. */
export async function openTestDatabase(connectionString: string): Promise<TestDatabase> {
  const pool = openPool(connectionString);
  const boss = openBoss(connectionString, BOSS_SCHEMA);
  await boss.start();
  const open = async (options: Partial<PostgresOptions> = {}): Promise<OpenedPostgres> => {
    const name = options.schema ?? `t_${randomUUID().slice(0, 8)}`;
    const postgres = createPostgres({ pool, boss, schema: name, queue: name, ...options });
    // Without the probes of migrate(), which have tests of their own.
    await migrateTables(pool, quoteSchema(name));
    await ensureQueue(boss, options.queue ?? name, true);
    return { ...postgres, schema: name, queue: options.queue ?? name };
  };
  let first: Promise<OpenedPostgres> | null = null;
  return {
    connectionString,
    pool,
    boss,
    bossSchema: BOSS_SCHEMA,
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
      await pool.end();
    },
  };
}
