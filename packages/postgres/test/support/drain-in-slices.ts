import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Inbox } from "@jobber-sync/core/ports";
import { incomingDelivery } from "@jobber-sync/testing";
import type { TestDatabase } from "./open-postgres.ts";
import { jobCreated } from "./sender.ts";

/** Options of {@link drainInSlices}. */
export interface SlicesOptions {
  readonly deliveries: number;
  /** Time limit of one drain. Milliseconds. */
  readonly sliceMs: number;
  /** Duration for which the claims of a killed process last. Milliseconds. */
  readonly leaseMs: number;
}

/** Result of {@link drainInSlices}. */
export interface SlicesReport {
  readonly slices: number;
  /** Slices that were killed before they had ended. */
  readonly killed: number;
  /** Deliveries whose record is not stored, or that are not done. */
  readonly lost: number;
}

const PROGRAM = fileURLToPath(new URL("drain-process.ts", import.meta.url));
const MAX_SLICES = 500;

/**
 * Accepts deliveries, one per job, and drains them without pg-boss: in processes that work for one
 * time slice, each killed with SIGKILL at another point of its slice.
 */
export async function drainInSlices(
  database: TestDatabase,
  { deliveries, sliceMs, leaseMs }: SlicesOptions,
): Promise<SlicesReport> {
  const { schema, inbox, store } = await database.open({
    boss: undefined,
    acceptTimeoutMs: 60_000,
  });
  const ids = Array.from(
    { length: deliveries },
    (_, index) => `job-${String(index).padStart(6, "0")}`,
  );
  await Promise.all(ids.map((id) => inbox.accept(jobDelivery(id))));
  let slices = 0;
  let killed = 0;
  while ((await left(inbox)) > 0 && slices < MAX_SLICES) {
    const killAfterMs = sliceMs * (0.25 + 0.25 * (slices % 4));
    if (
      await drainOnce(
        [database.connectionString, schema, String(sliceMs), String(leaseMs)],
        killAfterMs,
      )
    )
      killed += 1;
    slices += 1;
    // As long as a cron job pauses; the claims of a killed process expire meanwhile.
    await delay(leaseMs / 4);
  }
  let stored = 0;
  for (let afterId = ""; ; ) {
    const page = await store.jobs("acme", { afterId, limit: 1000 });
    stored += page.length;
    const last = page.at(-1);
    if (last === undefined) break;
    afterId = last.jobberJobId;
  }
  return { slices, killed, lost: deliveries - Math.min(stored, deliveries - (await left(inbox))) };
}

function jobDelivery(id: string) {
  const body = new TextEncoder().encode(JSON.stringify(jobCreated(id)));
  return incomingDelivery(id, { deliveryKey: `key of ${id}`, body, receivedAt: Date.now() });
}

/** Returns the number of deliveries that are not done. */
async function left(inbox: Pick<Inbox, "stats">): Promise<number> {
  return (await inbox.stats()).reduce((sum, { rows }) => sum + rows, 0);
}

/** Runs one slice. Returns whether the process was killed before it had ended. */
async function drainOnce(values: readonly string[], killAfterMs: number): Promise<boolean> {
  const child = spawn(process.execPath, ["--conditions=jobber-sync-source", PROGRAM, ...values], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(child, "close");
  await Promise.race([once(child.stdout, "data"), closed]);
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
  const [, signal] = await closed;
  clearTimeout(timer);
  return signal === "SIGKILL";
}
