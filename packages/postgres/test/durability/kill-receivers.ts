import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import type { TestDatabase } from "../open-postgres.ts";

const PROGRAM = fileURLToPath(new URL("receiver-process.ts", import.meta.url));
const LANES = 3;

/**
 * Starts receivers and kills each with SIGKILL in the middle of its work, after another number of answers every time. Expects every delivery
 * that was answered 200 to be stored, with its wake-up.
 */
export async function killReceivers(database: TestDatabase, kills: number): Promise<void> {
  const { schema, queue, inbox } = await database.open();
  const answered: string[] = [];
  const runs = Array.from({ length: kills }, (_, index) => index).values();
  const lane = async () => {
    for (const run of runs) answered.push(...(await killOne(database, schema, run)));
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  expect(answered.length).toBeGreaterThan(kills);

  const { rows } = await database.pool.query<{ id: string; jobs: number }>(
    `SELECT d.object_id AS id, count(j.id)::int AS jobs
     FROM "${schema}".jobber_deliveries d
     LEFT JOIN ${database.bossSchema}.job j ON j.name = $1 AND j.data->>'objectId' = d.object_id
     GROUP BY d.object_id`,
    [queue],
  );
  const jobsOf = new Map(rows.map(({ id, jobs }) => [id, jobs]));
  expect(answered.filter((id) => !jobsOf.has(id))).toEqual([]);
  expect(rows.filter(({ jobs }) => jobs !== 1)).toEqual([]);
  // What a killed process had begun is there as a whole or not at all, and holds nobody up.
  expect((await inbox.due({ now: Date.now(), limit: rows.length + 1 })).length).toBe(rows.length);
}

/** The ids that one receiver had answered 200 before it was killed. */
async function killOne(
  { connectionString, bossSchema }: TestDatabase,
  schema: string,
  run: number,
): Promise<readonly string[]> {
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", PROGRAM, connectionString, bossSchema, schema, String(run)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  // From the first answer to several batches later, never at the same point.
  const killAfter = 1 + ((run * 37) % 199);
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
