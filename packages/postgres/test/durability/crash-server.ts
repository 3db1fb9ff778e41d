import { setTimeout as delay } from "node:timers/promises";
import { type ErrorCode, isJobberSyncError } from "@jobber-sync/core";
import { createPostgres, type PostgresOptions } from "@jobber-sync/postgres";
import type pg from "pg";
import { delivery } from "../deliveries.ts";
import { startOwnServer } from "../embedded-postgres.ts";
import { openPool, startTestDatabase } from "../open-postgres.ts";

/** What became of a server that was crashed and restarted under load. */
export interface CrashReport {
  readonly acknowledged: number;
  readonly lost: number;
  /** Codes of the deliveries that were refused, and how often each. */
  readonly refused: ReadonlyMap<ErrorCode | "none", number>;
  /** Milliseconds until the last one of all was told. */
  readonly slowestMs: number;
}

const CALLERS = 24;
const ACCEPTED_BETWEEN = 300;
const REFUSED_BETWEEN = 30;

/** Crashes the server while deliveries come in, again and again, and then looks for those that were acknowledged. */
export async function crashServer(
  crashes: number,
  connection: pg.PoolConfig = {},
  options: Partial<PostgresOptions> = {},
): Promise<CrashReport> {
  const server = await startOwnServer();
  const database = await startTestDatabase(async () => server);
  const { schema, queue } = await database.open();
  const pool = openPool(server.connectionString, connection);
  const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue, ...options });
  const acknowledged: string[] = [];
  const refused = new Map<ErrorCode | "none", number>();
  let slowestMs = 0;
  let refusals = 0;
  let running = true;

  const call = async () => {
    while (running) {
      const one = delivery(String(acknowledged.length));
      const began = performance.now();
      try {
        await inbox.accept(one);
        acknowledged.push(one.deliveryKey);
      } catch (error) {
        const code = isJobberSyncError(error) ? error.code : "none";
        refused.set(code, (refused.get(code) ?? 0) + 1);
        refusals += 1;
        // Whoever was refused comes again a little later.
        await delay(10);
      }
      slowestMs = Math.max(slowestMs, performance.now() - began);
    }
  };
  const callers = Array.from({ length: CALLERS }, call);
  for (let crash = 0; crash < crashes; crash += 1) {
    await reached(() => acknowledged.length, ACCEPTED_BETWEEN);
    await server.crash();
    await reached(() => refusals, REFUSED_BETWEEN);
    await server.restart();
  }
  await reached(() => acknowledged.length, ACCEPTED_BETWEEN);
  running = false;
  await Promise.all(callers);

  const { rows } = await pool.query<{ key: string }>(
    `SELECT delivery_key AS key FROM "${schema}".jobber_deliveries`,
  );
  const stored = new Set(rows.map(({ key }) => key));
  await pool.end();
  await database.stop();
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((key) => !stored.has(key)).length,
    refused,
    slowestMs,
  };
}

/** Resolves when a count is `more` above what it is now. */
async function reached(count: () => number, more: number): Promise<void> {
  const wanted = count() + more;
  while (count() < wanted) await delay(5);
}
