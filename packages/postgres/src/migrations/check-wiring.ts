import { JobberSyncError } from "@jobber-sync/core";
import type { Boss } from "../database/boss.ts";
import { bossDatabase } from "../database/boss-database.ts";
import { bossError } from "../database/boss-error.ts";
import { checkDurability, DURABILITY_JSON, type Durability } from "../database/durability.ts";
import type { SessionPool, SqlClient } from "../database/sql-pool.ts";
import { sqlState } from "../database/store-error.ts";
import { type Run, runTransaction } from "../database/transaction.ts";

/** The parts that {@link checkWiring} verifies. */
export interface Wiring {
  readonly pool: SessionPool;
  readonly boss: Boss | null;
  readonly queue: string;
  /** Whether commits must survive a server crash. */
  readonly durable: boolean;
  /** Further probes. Their transaction is rolled back. */
  readonly probe: (run: Run, client: SqlClient) => Promise<void>;
}

/** Identifies one database of one server. Equal for all sessions, never printed. */
const DATABASE = "current_database() || ' ' || extract(epoch FROM pg_postmaster_start_time())";

/**
 * Detects at start what would otherwise fail with the first delivery: commits that are not durable,
 * a pool that cannot write a wake-up, or what `probe` finds. Everything it writes is rolled back.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`
 */
export async function checkWiring({ pool, boss, queue, durable, probe }: Wiring): Promise<void> {
  const database = boss === null ? undefined : await databaseOf(boss);
  await runTransaction(pool, async (run, client) => {
    const [response] = await run<Durability & { readonly database: string }>(
      `SELECT json_build_object(${DURABILITY_JSON}, 'database', ${DATABASE})::text AS json`,
      [],
    );
    if (durable && response !== undefined) checkDurability(response);
    if (database !== undefined && database !== response?.database) throw differentDatabases();
    await client.query("SAVEPOINT before_probe");
    if (boss !== null) await insertProbe(boss, queue, client);
    await probe(run, client);
    await client.query("ROLLBACK TO SAVEPOINT before_probe");
  });
}

async function insertProbe(boss: Boss, queue: string, client: SqlClient): Promise<void> {
  try {
    await boss.insert(queue, [{ data: {} }], { db: bossDatabase(client) });
  } catch (error) {
    throw wiringError(error);
  }
}

/** Returns the database of pg-boss; `undefined` if this version does not expose its connection. */
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
      "The role of the pool may not write pg-boss's tables, but one transaction writes a delivery and its wake-up. Run sql/grants.sql of @jobber-sync/postgres for it, or use one role for pool and boss.",
      { cause: error },
    );
  }
  // pg-boss has just found its tables and the queue through its own connection.
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
    "Pool and pg-boss are connected to different databases, but one transaction writes a delivery and its wake-up. Give both the same connection string.",
    { cause },
  );
}
