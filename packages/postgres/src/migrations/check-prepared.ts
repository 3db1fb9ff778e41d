import { JobberSyncError } from "@jobber-sync/core";
import { pause } from "../database/pause.ts";
import type { SqlClient, SqlPool } from "../database/sql-pool.ts";
import { sqlState, storeError } from "../database/store-error.ts";

const STATEMENT = "SELECT $1::text AS prepared";
/** The statement does not exist, or exists already. */
const NOT_KEPT = new Set(["26000", "42P05"]);
// A pool or a pooler with a single connection cannot be checked: it keeps the second one waiting.
const WAIT_MS = 1000;

/**
 * Verifies that a connection keeps its prepared statements. Through a pooler in transaction mode it
 * gets another server connection for each transaction, where an older PgBouncer does not find them:
 * every delivery would fail.
 *
 * @param pool names its statements
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`, `ERR_STORE…`
 */
export async function checkPrepared(pool: SqlPool): Promise<void> {
  const clients: SqlClient[] = [];
  const ignore = () => {};
  const open = async () => {
    const client = await pool.connect();
    client.on?.("error", ignore);
    clients.push(client);
    return client;
  };
  const over = new AbortController();
  try {
    const first = await open();
    const opening = open();
    const second = await Promise.race([opening, pause(WAIT_MS, over.signal)]);
    if (second !== undefined) await useBoth(first, second);
    else opening.then(close, ignore);
  } catch (error) {
    if (!NOT_KEPT.has(sqlState(error) ?? "")) throw storeError(error);
    throw new JobberSyncError(
      "ERR_STORE_SETTINGS",
      "The connection leads through a pooler that does not keep prepared statements. Replace prepare: true by pooler: true, or connect to the server directly.",
      { cause: error },
    );
  } finally {
    over.abort();
    close();
  }

  function close(): void {
    for (const client of clients.splice(0)) {
      client.release();
      client.removeListener?.("error", ignore);
    }
  }
}

/** Prepares on one connection, lets the other take its server connection, and executes again. */
async function useBoth(first: SqlClient, second: SqlClient): Promise<void> {
  const over = new AbortController();
  await first.query(STATEMENT, ["1"]);
  await second.query("BEGIN");
  const ended = pause(WAIT_MS, over.signal).then(() => second.query("ROLLBACK"));
  try {
    await first.query(STATEMENT, ["2"]);
  } finally {
    over.abort();
    await ended;
  }
}
