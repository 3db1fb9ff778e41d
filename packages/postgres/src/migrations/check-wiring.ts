import { JobberSyncError } from "@jobber-sync/core";
import type { Boss } from "../database/boss.ts";
import { bossDatabase } from "../database/boss-database.ts";
import { bossError } from "../database/boss-error.ts";
import { checkDurability, DURABILITY_JSON, type Durability } from "../database/durability.ts";
import type { SqlPool } from "../database/sql-pool.ts";
import { sqlState } from "../database/store-error.ts";
import { runTransaction } from "../database/transaction.ts";

/** What must fit together. */
export interface Wiring {
  readonly pool: SqlPool;
  readonly boss: Boss;
  readonly queue: string;
  /** Whether a commit that a crash of the server may lose is rejected. */
  readonly durable: boolean;
}

/** Tells one database of one server from every other; never printed, and the same for every session. */
const DATABASE = "current_database() || ' ' || extract(epoch FROM pg_postmaster_start_time())";

/**
 * Finds at the start what would otherwise fail with the first delivery: a server that may lose what it has committed, or a pool that cannot
 * write a wake-up. The wake-up is written like that of a delivery, and taken back.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`
 */
export async function checkWiring({ pool, boss, queue, durable }: Wiring): Promise<void> {
  const database = await databaseOf(boss);
  await runTransaction(pool, async (run, client) => {
    const [response] = await run<Durability & { readonly database: string }>(
      `SELECT json_build_object(${DURABILITY_JSON}, 'database', ${DATABASE})::text AS json`,
      [],
    );
    if (durable && response !== undefined) checkDurability(response);
    if (database !== undefined && database !== response?.database) throw differentDatabases();
    await client.query("SAVEPOINT before_probe");
    try {
      await boss.insert(queue, [{ data: {} }], { db: bossDatabase(client) });
    } catch (error) {
      throw wiringError(error);
    }
    await client.query("ROLLBACK TO SAVEPOINT before_probe");
  });
}

/** `undefined` when this pg-boss does not show its connection. */
async function databaseOf(boss: Boss): Promise<unknown> {
  try {
    return (await boss.getDb?.().executeSql(`SELECT ${DATABASE} AS name`))?.rows[0]?.name;
  } catch (error) {
    throw bossError(error);
  }
}

function wiringError(error: unknown): JobberSyncError {
  const coded = bossError(error);
  const state = sqlState(coded);
  if (state === "42501") {
    return new JobberSyncError(
      "ERR_STORE_SETTINGS",
      "The role of the pool may not write pg-boss's tables, but a delivery and its wake-up are written in one transaction. Grant it what sql/grants.sql of @jobber-sync/postgres shows, or give pool and boss one role.",
      { cause: error },
    );
  }
  // pg-boss found its own tables and the queue a moment ago, through its own connection.
  return state === "42P01" ||
    state === "3F000" ||
    state === "42883" ||
    coded.code === "ERR_STORE_SCHEMA"
    ? differentDatabases(error)
    : coded;
}

function differentDatabases(cause?: unknown): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE_SETTINGS",
    "Pool and pg-boss are connected to different databases, but a delivery and its wake-up are written in one transaction. Give both the same connection string.",
    { cause },
  );
}
