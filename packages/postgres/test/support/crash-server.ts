import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createPostgres, type PostgresOptions } from "@jobber-sync/postgres";
import type pg from "pg";
import { openPool } from "./connections.ts";
import type { OwnServer } from "./embedded-postgres.ts";
import { openTestDatabase, type TestDatabase } from "./open-postgres.ts";
import { createSender, isProperRejection, jobCreated, type TimedResponse } from "./sender.ts";

/** Options for {@link crashServer}. */
export interface CrashOptions {
  readonly crashes: number;
  /** Whether a worker process handles the deliveries. */
  readonly worker: boolean;
  /** Pool options of the receiver. */
  readonly connection?: pg.PoolConfig;
  readonly options?: Partial<PostgresOptions>;
}

/** Result of {@link crashServer}. */
export interface CrashReport {
  /** Deliveries acknowledged with 200. */
  readonly acknowledged: number;
  /** Acknowledged deliveries that are not stored. */
  readonly lost: number;
  /** Acknowledged deliveries without a record. */
  readonly withoutRecord: number;
  /** Rows, acknowledged or not, that are not done at the end. */
  readonly undone: number;
  readonly rejected: number;
  /** Responses other than 200 and a proper rejection. */
  readonly improper: readonly TimedResponse[];
  /** The longest response time. Milliseconds. */
  readonly slowestMs: number;
}

const WORKER = fileURLToPath(new URL("worker-process.ts", import.meta.url));
const CALLERS = 16;
const ACCEPTED_BETWEEN = 80;
const REJECTED_BETWEEN = 20;
const WORK_MS = 60_000;

/**
 * Crashes the server repeatedly while a receiver accepts deliveries, then looks for the
 * acknowledged ones.
 */
export async function crashServer(
  server: OwnServer,
  { crashes, worker, connection, options }: CrashOptions,
): Promise<CrashReport> {
  const database = await openTestDatabase(server.connectionString);
  const { schema, queue } = await database.open();
  const pool = openPool(server.connectionString, connection);
  const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue, ...options });
  const send = createSender(inbox);
  const child = worker ? await startWorker(database, schema) : null;
  const acknowledged: string[] = [];
  const improper: TimedResponse[] = [];
  let rejected = 0;
  let slowestMs = 0;
  let sent = 0;
  let running = true;

  const call = async () => {
    while (running) {
      sent += 1;
      const id = String(sent);
      const response = await send(jobCreated(id));
      slowestMs = Math.max(slowestMs, response.elapsedMs);
      if (response.status === 200) acknowledged.push(id);
      else {
        rejected += 1;
        if (!isProperRejection(response)) improper.push(response);
        await delay(10);
      }
    }
  };
  const callers = Array.from({ length: CALLERS }, call);
  for (let crash = 0; crash < crashes; crash += 1) {
    await reached(() => acknowledged.length, ACCEPTED_BETWEEN);
    await server.crash();
    await reached(() => rejected, REJECTED_BETWEEN);
    await server.restart();
  }
  await reached(() => acknowledged.length, ACCEPTED_BETWEEN);
  running = false;
  await Promise.all(callers);

  const ids = async (from: string) =>
    (await pool.query<{ id: string }>(`SELECT ${from}`)).rows.map(({ id }) => id);
  const undone = () =>
    ids(`object_id AS id FROM "${schema}".jobber_deliveries WHERE state <> 'done'`);
  if (worker) await within(WORK_MS, async () => (await undone()).length === 0);
  const stored = new Set(await ids(`object_id AS id FROM "${schema}".jobber_deliveries`));
  const records = new Set(await ids(`jobber_job_id AS id FROM "${schema}".jobber_jobs`));
  const report = {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => !stored.has(id)).length,
    withoutRecord: acknowledged.filter((id) => !records.has(id)).length,
    undone: (await undone()).length,
    rejected,
    improper,
    slowestMs,
  };
  if (child !== null) {
    const closed = once(child, "close");
    child.kill("SIGTERM");
    await closed;
  }
  await pool.end();
  await database.stop();
  return report;
}

/** Starts a worker process. Resolves once the worker has started. */
async function startWorker(
  { connectionString, bossSchema }: TestDatabase,
  name: string,
): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", WORKER, connectionString, bossSchema, name],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  await once(child.stdout, "data");
  return child;
}

/** Resolves once a count is `more` above its current value. */
async function reached(count: () => number, more: number): Promise<void> {
  const wanted = count() + more;
  while (count() < wanted) await delay(5);
}

/** Resolves once the condition is true, or at the time limit. */
async function within(ms: number, isTrue: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + ms;
  while (performance.now() < end && !(await isTrue())) await delay(100);
}
