import { randomUUID } from "node:crypto";
import { isJobberSyncError } from "@jobber-sync/core";
import type { DatabaseProblem } from "@jobber-sync/core/ports";
import { checkDurability, DURABILITY_JSON, type Durability } from "../database/durability.ts";
import type { Schema } from "../database/quote-schema.ts";
import type { SessionPool, SqlClient, SqlPool } from "../database/sql-pool.ts";
import { type Run, runStatement, runTransaction } from "../database/transaction.ts";
import { checkServer } from "./check-server.ts";
import { checkTables } from "./migrate.ts";

/** The parts that {@link diagnose} looks at. */
export interface Diagnosed {
  readonly pool: SessionPool;
  /** The user's pool, without this package's settings. */
  readonly clients: SqlPool;
  readonly schema: Schema;
  readonly pooler: boolean;
  readonly requireDurable: boolean;
  /** Proves the rights of the role, in a transaction that is rolled back. */
  readonly probe: (run: Run, client: SqlClient) => Promise<void>;
}

/** Looks for problems of the database and its connections. What it writes is rolled back. */
export async function diagnose(diagnosed: Diagnosed): Promise<readonly DatabaseProblem[]> {
  const { pool, schema, requireDurable, probe } = diagnosed;
  const problems: DatabaseProblem[] = [];
  const check = async (name: DatabaseProblem["check"], run: () => Promise<void>) => {
    try {
      await run();
    } catch (error) {
      const found =
        isJobberSyncError(error) &&
        (error.code === "ERR_STORE_SETTINGS" || error.code === "ERR_STORE_SCHEMA");
      if (!found) throw error;
      problems.push({ check: name, message: error.message });
    }
  };
  await check("durability", async () => {
    const query = `SELECT json_build_object(${DURABILITY_JSON})::text AS json`;
    const [settings] = await runStatement<Durability>(pool, query, []);
    if (requireDurable && settings !== undefined) checkDurability(settings);
  });
  if (!diagnosed.pooler && (await sharesConnections(diagnosed.clients))) {
    const message =
      "Connections lead through a pooler in transaction mode. Pass pooler: true to createPostgres, and open the pool with POOLER_SETTINGS.";
    problems.push({ check: "pooler", message });
  }
  await check("schema", async () => {
    await checkServer(pool);
    await checkTables(pool, schema);
  });
  if (!problems.some((one) => one.check === "schema"))
    await check("rights", () =>
      runTransaction(pool, async (run, client) => {
        await client.query("SAVEPOINT before_probe");
        await probe(run, client);
        await client.query("ROLLBACK TO SAVEPOINT before_probe");
      }),
    );
  return problems;
}

/**
 * Returns whether two clients of the pool share a server connection, which only a pooler in
 * transaction mode does: a setting of one session is then visible in the next client's transaction.
 */
async function sharesConnections(clients: SqlPool): Promise<boolean> {
  const mark = randomUUID();
  const set = "SELECT set_config('jobber_sync.diagnose', $1, false)";
  const first = await clients.connect();
  try {
    // A pool of one connection cannot show it: the second client waits for the first.
    const second = await clients.connect().catch(() => null);
    if (second === null) return false;
    let done = false;
    try {
      await first.query(set, [mark]);
      await second.query("BEGIN");
      const { rows } = await second.query(
        "SELECT current_setting('jobber_sync.diagnose', true) AS value",
      );
      await second.query(set, [""]);
      await second.query("COMMIT");
      await first.query(set, [""]);
      done = true;
      return rows[0]?.value === mark;
    } finally {
      // A connection that may be inside a transaction is closed.
      second.release(!done);
    }
  } finally {
    first.release();
  }
}
