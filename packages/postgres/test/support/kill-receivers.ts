import { spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { TestDatabase } from "./open-postgres.ts";

/** What became of receivers that were killed. */
export interface KillReport {
  /** Deliveries that were answered 200. */
  readonly answered: number;
  /** Those of them that are not stored. */
  readonly lost: number;
  /** Rows without exactly one wake-up. */
  readonly torn: number;
  readonly stored: number;
  /** Objects that are due: everything that is stored, if nobody's unfinished work holds it up. */
  readonly due: number;
}

const PROGRAM = fileURLToPath(new URL("receiver-process.ts", import.meta.url));
const COMPILE_CACHE = join(tmpdir(), "node-compile-cache");
const LANES = 3;
const WAIT = { timeout: 10_000 };

/**
 * Starts receivers and kills each with SIGKILL in the middle of its work, after another number of answers every time.
 *
 * @param mode `early`: the receivers response before they have stored, which must come out
 */
export async function killReceivers(
  database: TestDatabase,
  kills: number,
  mode: "durable" | "early" = "durable",
): Promise<KillReport> {
  const { schema, queue, inbox } = await database.open();
  const answered: string[] = [];
  const runs = Array.from({ length: kills }, (_, index) => index).values();
  const lane = async () => {
    for (const run of runs)
      answered.push(...(await killOne(database, [schema, String(run), mode])));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  // The server may still be about to commit what a killed receiver had sent.
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
    answered: answered.length,
    lost: answered.filter((id) => !stored.has(id)).length,
    torn: rows.filter(({ jobs }) => jobs !== 1).length,
    stored: rows.length,
    due: (await inbox.due({ now: Date.now(), limit: rows.length + 1 })).length,
  };
}

/** The ids that one receiver had answered 200 before it was killed. */
async function killOne(
  { connectionString, bossSchema }: TestDatabase,
  parameters: readonly [schema: string, run: string, mode: string],
): Promise<readonly string[]> {
  const [schema, run] = parameters;
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", PROGRAM, connectionString, bossSchema, ...parameters],
    // What takes such a process longest is to compile what it loads.
    {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, NODE_COMPILE_CACHE: COMPILE_CACHE, PGAPPNAME: schema },
    },
  );
  // From the first response to several batches later, never at the same point.
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
