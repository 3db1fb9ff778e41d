import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { closeOften } from "./close-often.ts";
import { startChild } from "./start-child.ts";

/** Result of {@link killReceivers}. */
export interface KillReport {
  /** Number of deliveries with a 200 response. */
  readonly acknowledged: number;
  /** Acknowledged deliveries and jobs that were missing afterwards, and sequences drawn twice. */
  readonly lost: readonly string[];
}

/** Receivers at a time, each on its own file. Most of a kill is the start of the next receiver. */
const LANES = 4;
/** Every kill is followed by a read of the whole file, so files must stay small. */
const KILLS_PER_FILE = 25;
/** An integrity check is slower still. */
const KILLS_PER_CHECK = 5;
/** A campaign of hours must show that it continues. */
const KILLS_PER_LINE = 100;

/**
 * Kills receivers with SIGKILL while they accept deliveries, each on the file of its predecessor,
 * and checks every time that all acknowledged data is stored.
 *
 * @param mode `early`: receivers respond before they store, so that losses must be found;
 *   `disturbed`: code in their process opens and closes the file, and another process closes it
 *   often
 */
export async function killReceivers(
  folder: string,
  kills: number,
  { mode }: { readonly mode?: "early" | "disturbed" } = {},
): Promise<KillReport> {
  const receiver = new URL("./receiver-process.ts", import.meta.url);
  // One receiver that ends by itself fills the compile cache; killed ones write none.
  await startChild(receiver, []).ended;
  let acknowledged = 0;
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
      if (run > 0 && run % KILLS_PER_LINE === 0)
        console.log(`${run} of ${kills} kills: ${acknowledged} acknowledged, ${lost.length} lost`);
      const child = startChild(receiver, [
        path,
        String(run),
        ...(mode === undefined ? [] : [mode]),
      ]);
      // At varying moments, from the first response to several batches later.
      await child.printed(1 + ((run * 37) % 400));
      const others = mode === "disturbed" ? [closeOften(path), closeOften(path)] : [];
      if (mode === "disturbed") await child.printed(400 + ((run * 37) % 400));
      child.process.kill("SIGKILL");
      for (const stop of others) stop();
      const { lines, signal } = await child.ended;
      // A receiver that ended by itself would prove nothing.
      expect(signal).toBe("SIGKILL");
      const printed = lines
        .filter((line) => line.endsWith(";"))
        .map((line) => line.slice(0, -1).split(" "));
      acknowledged += printed.filter(([kind]) => kind === "delivery").length;
      const stored = contents(path, onFile % KILLS_PER_CHECK === 0);
      for (const [kind, value = ""] of printed) {
        if (kind === "delivery" && !stored.deliveries.has(value)) lost.push(`delivery ${value}`);
        if (kind === "job" && !stored.jobs.has(value)) lost.push(`job ${value}`);
        if (kind === "sequence" && (drawn.has(value) || stored.sequences.has(value)))
          lost.push(`sequence ${value}`);
        if (kind === "sequence") drawn.add(value);
      }
    }
  }
  await Promise.all(Array.from({ length: LANES }, (_, name) => lane(name)));
  return { acknowledged, lost };
}

/** Reads a file. @param check whether to check its integrity */
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
