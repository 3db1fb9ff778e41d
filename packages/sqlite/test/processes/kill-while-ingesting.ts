import { DatabaseSync } from "node:sqlite";
import { expect } from "vitest";
import { startChild } from "./start-child.ts";

/** What many kills came to. */
export interface KillReport {
  /** Deliveries, jobs and sequence numbers that were acknowledged. */
  readonly acknowledged: number;
  /** Of these, those that were not there afterwards. */
  readonly lost: readonly string[];
}

/** A file is checked as a whole after each kill, so it must not grow without end. */
const KILLS_PER_FILE = 50;

/**
 * Kills a process with SIGKILL while it stores deliveries, again and again on the same file, and looks each time whether everything it had
 * acknowledged is there, whether the file is whole, and whether a sequence number came twice.
 *
 * @param early whether the process acknowledges before it has stored: then losses must be found
 */
export async function killWhileIngesting(
  folder: string,
  kills: number,
  { early = false }: { readonly early?: boolean } = {},
): Promise<KillReport> {
  const lost: string[] = [];
  const sequences = new Set<string>();
  let acknowledged = 0;
  for (let kill = 0; kill < kills; kill += 1) {
    const path = `${folder}/${Math.floor(kill / KILLS_PER_FILE)}.db`;
    if (kill % KILLS_PER_FILE === 0) sequences.clear();
    const child = startChild(new URL("./ingest.ts", import.meta.url), [
      path,
      String(kill),
      ...(early ? ["early"] : []),
    ]);
    // After the first acknowledgements: somewhere between right away and some batches later, and not in step with them.
    await child.printed(1 + ((kill * 37) % 400));
    child.process.kill("SIGKILL");
    const { lines, signal } = await child.ended;
    // One that ended by itself would prove nothing.
    expect(signal).toBe("SIGKILL");
    const whole = lines.filter((line) => line.endsWith(";")).map((line) => line.slice(0, -1));
    acknowledged += whole.length;

    const database = new DatabaseSync(path);
    expect(database.prepare("PRAGMA integrity_check").all()).toEqual([{ integrity_check: "ok" }]);
    const delivery = database.prepare(
      "SELECT 1 FROM jobber_deliveries WHERE client_slug = 'acme' AND delivery_key = ?",
    );
    const job = database.prepare(
      "SELECT 1 FROM jobber_jobs WHERE client_slug = 'acme' AND jobber_job_id = ?",
    );
    for (const line of whole) {
      const [kind, value = ""] = line.split(" ");
      if (kind === "sequence") {
        if (sequences.has(value)) lost.push(line);
        sequences.add(value);
      } else if ((kind === "job" ? job : delivery).get(value) === undefined) lost.push(line);
    }
    database.close();
  }
  return { acknowledged, lost };
}
