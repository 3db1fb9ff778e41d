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
  /**
   * Opens store and inbox, empty, in a schema that no other `open` of the same test uses. Schemas
   * are reused by later tests, since creating one takes 0.2 s of CPU, unless the options name one:
   * do that in tests that alter tables.
   */
  open(options?: Partial<PostgresOptions>): Promise<OpenedPostgres>;
  /** Like `open`, but always the same schema. For tests that open often. */
  openEmptied(options?: Partial<PostgresOptions>): Promise<OpenedPostgres>;
  /** Begins a test: every schema may be reused. */
  reset(): void;
  stop(): Promise<void>;
}

/** Opens a database of a running server. */
export async function openTestDatabase(connectionString: string): Promise<TestDatabase> {
  const pool = openPool(connectionString);
  const boss = openBoss(connectionString, BOSS_SCHEMA);
  await boss.start();
  const reusable: string[] = [];
  let used = 0;

  const connect = (name: string, options: Partial<PostgresOptions>): OpenedPostgres => {
    const queue = options.queue ?? name;
    return {
      ...createPostgres({ pool, boss, schema: name, queue, ...options }),
      schema: name,
      queue,
    };
  };
  const create = async (
    name: string,
    options: Partial<PostgresOptions>,
  ): Promise<OpenedPostgres> => {
    const opened = connect(name, options);
    // Without the probes of migrate(), which have tests of their own.
    await migrateTables(pool, quoteSchema(name));
    await ensureQueue(boss, opened.queue, true);
    return opened;
  };
  const empty = async (name: string, options: Partial<PostgresOptions>) => {
    const { rows } = await pool.query<{ name: string }>(
      "SELECT tablename AS name FROM pg_tables WHERE schemaname = $1 AND tablename <> 'jobber_migrations'",
      [name],
    );
    const deletions = rows.map((table) => `DELETE FROM "${name}".${table.name}`);
    await pool.query([...deletions, `ALTER SEQUENCE "${name}".jobber_sequence RESTART`].join("; "));
    await boss.deleteAllJobs(name);
    return connect(name, options);
  };
  const open = async (options: Partial<PostgresOptions> = {}): Promise<OpenedPostgres> => {
    if (options.schema !== undefined || options.queue !== undefined)
      return create(options.schema ?? newName(), options);
    used += 1;
    const name = reusable[used - 1];
    if (name !== undefined) return empty(name, options);
    const created = newName();
    reusable.push(created);
    return create(created, options);
  };
  let first: Promise<OpenedPostgres> | null = null;
  return {
    connectionString,
    pool,
    boss,
    bossSchema: BOSS_SCHEMA,
    open,
    async openEmptied(options = {}) {
      first ??= create(newName(), {});
      return empty((await first).schema, options);
    },
    reset() {
      used = 0;
    },
    async stop() {
      await boss.stop({ graceful: false });
      await pool.end();
    },
  };
}

function newName(): string {
  return `t_${randomUUID().slice(0, 8)}`;
}
