import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { TestDatabase } from "./open-postgres.ts";

/** Result of {@link killReceivers}. */
export interface KillReport {
  /** Deliveries acknowledged with 200. */
  readonly acknowledged: number;
  /** Acknowledged deliveries that are not stored. */
  readonly lost: number;
  /** Rows that have no wake-up, or several. */
  readonly torn: number;
  readonly stored: number;
  /** Due objects: all that are stored, unless an unfinished transaction blocks some. */
  readonly due: number;
}

const PROGRAM = fileURLToPath(new URL("receiver-process.ts", import.meta.url));
const LANES = 3;
const WAIT = { timeout: 10_000 };

/**
 * Starts receiver processes and kills each with SIGKILL, each after a different number of
 * responses.
 *
 * @param mode `early`: the receivers respond before they store, which must show as lost deliveries
 */
export async function killReceivers(
  database: TestDatabase,
  kills: number,
  mode: "durable" | "early" = "durable",
): Promise<KillReport> {
  const { schema, queue, inbox } = await database.open();
  const acknowledged: string[] = [];
  const runs = Array.from({ length: kills }, (_, index) => index).values();
  const lane = async () => {
    for (const run of runs)
      acknowledged.push(...(await killOne(database, [schema, String(run), mode])));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // The server may still commit what a killed receiver sent.
  const connected = "SELECT FROM pg_stat_activity WHERE application_name = $1";
  await expect
    .poll(async () => (await database.pool.query(connected, [schema])).rows, WAIT)
    .toEqual([]);

  const { rows } = await database.pool.query<{ id: string; jobs: number }>(
    `SELECT d.object_id AS id, count(j.id)::int AS jobs
     FROM "${schema}".jobber_deliveries d
     LEFT JOIN ${database.bossSchema}.job j ON j.name = $1 AND j.data->>'objectId' = d.object_id
     GROUP BY d.object_id`,
    [queue],
  );
  const stored = new Set(rows.map(({ id }) => id));
  return {
    acknowledged: acknowledged.length,
    lost: acknowledged.filter((id) => !stored.has(id)).length,
    torn: rows.filter(({ jobs }) => jobs !== 1).length,
    stored: rows.length,
    due: (await inbox.due({ now: Date.now(), limit: rows.length + 1 })).length,
  };
}

/** Runs one receiver until it is killed. Returns the ids that it acknowledged. */
async function killOne(
  { connectionString, bossSchema }: TestDatabase,
  parameters: readonly [schema: string, run: string, mode: string],
): Promise<readonly string[]> {
  const [schema, run] = parameters;
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", PROGRAM, connectionString, bossSchema, ...parameters],
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PGAPPNAME: schema },
    },
  );
  // From the first response to several batches later.
  const killAfter = 1 + ((Number(run) * 37) % 199);
  let printed = "";
  let lines = 0;
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
    lines += text.split("\n").length - 1;
    if (lines >= killAfter) child.kill("SIGKILL");
  });
  const [, signal] = await once(child, "close");
  expect(signal).toBe("SIGKILL");
  return printed.split("\n").slice(0, -1);
}
