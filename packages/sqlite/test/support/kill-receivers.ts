import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { startChild } from "./start-child.ts";

/** What many kills came to. */
export interface KillReport {
  /** Deliveries that were answered 200. */
  readonly answered: number;
  /** What had been told and was not there afterwards: deliveries, jobs; and sequence numbers that came twice. */
  readonly lost: readonly string[];
}

/** So many at one time, each on a file of its own: most of a kill is the start of the next receiver. */
const LANES = 4;
/** A file is looked through after each kill, so it must not grow without end. */
const KILLS_PER_FILE = 25;
/** Checking a file as a whole reads all of it. */
const KILLS_PER_CHECK = 5;

/**
 * Kills receivers with SIGKILL in the middle of their work, again and again, each on the file of the one before, and looks each time whether
 * all that was told is there.
 *
 * @param early whether they response before they have stored: then losses must be found
 */
export async function killReceivers(
  folder: string,
  kills: number,
  { early = false }: { readonly early?: boolean } = {},
): Promise<KillReport> {
  const receiver = new URL("./receiver.ts", import.meta.url);
  // Compiled once, by one that ends by itself: those that are killed keep nothing.
  const env = { NODE_COMPILE_CACHE: `${folder}/compiled` };
  await startChild(receiver, [], env).ended;
  let answered = 0;
  const lost: string[] = [];
  const runs = Array.from({ length: kills }, (_, run) => run).values();

  async function lane(name: number): Promise<void> {
    let onFile = 0;
    let path = "";
    let drawn = new Set<string>();
    for (const run of runs) {
      if (onFile % KILLS_PER_FILE === 0) {
        path = `${folder}/${name}-${run}.db`;
        drawn = new Set();
      }
      onFile += 1;
      const child = startChild(receiver, [path, String(run), ...(early ? ["early"] : [])], env);
      // After the first responses: somewhere between right away and some batches later, and not in step with them.
      await child.printed(1 + ((run * 37) % 400));
      child.process.kill("SIGKILL");
      const { lines, signal } = await child.ended;
      // One that ended by itself would prove nothing.
      expect(signal).toBe("SIGKILL");
      const told = lines
        .filter((line) => line.endsWith(";"))
        .map((line) => line.slice(0, -1).split(" "));
      answered += told.filter(([kind]) => kind === "delivery").length;
      const there = contents(path, onFile % KILLS_PER_CHECK === 0);
      for (const [kind, value = ""] of told) {
        if (kind === "delivery" && !there.deliveries.has(value)) lost.push(`delivery ${value}`);
        if (kind === "job" && !there.jobs.has(value)) lost.push(`job ${value}`);
        if (kind === "sequence" && (drawn.has(value) || there.sequences.has(value)))
          lost.push(`sequence ${value}`);
        if (kind === "sequence") drawn.add(value);
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, (_, name) => lane(name)));
  return { answered, lost };
}

/** What a file holds. `check`: whether it is looked through as a whole. */
function contents(path: string, check: boolean) {
  const database = new DatabaseSync(path);
  if (check)
    expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
  const column = (sql: string) =>
    new Set(
      database
        .prepare(sql)
        .all()
        .map(({ value }) => String(value)),
    );
  const found = {
    deliveries: column("SELECT object_id AS value FROM jobber_deliveries WHERE state = 'waiting'"),
    sequences: column("SELECT sequence AS value FROM jobber_deliveries"),
    jobs: column("SELECT jobber_job_id AS value FROM jobber_jobs"),
  };
  database.close();
  return found;
}
