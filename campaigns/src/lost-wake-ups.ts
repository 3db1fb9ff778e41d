import assert from "node:assert/strict";
import { createWorker } from "@jobber-sync/core";
import { deliver, noticeOf, snapshotAt } from "./deliveries.ts";
import { drained } from "./many-workers.ts";
import { openBackend, type Target } from "./open-backend.ts";
import { recordsAt, SLUG, titleOf } from "./truth.ts";

/** How large a campaign is. */
export interface LostWakeUpsOptions {
  readonly accepts: number;
  readonly objects: number;
  readonly random: () => number;
}

const CALLERS = 64;

/**
 * Changes an object, then accepts a delivery for it, notice or snapshot, again and again from many callers, while two workers run. Asserts
 * that in the end no delivery waits and every object is at its last version: a wake-up that was lost would leave one behind.
 */
export async function lostWakeUps(
  target: Target,
  { accepts, objects, random }: LostWakeUpsOptions,
): Promise<void> {
  const backend = await openBackend(target);
  const other = await openBackend(target);
  const versions = new Map<string, number>();
  const source = {
    fetch: async (_tenant: string, _type: string, id: string) => recordsAt(id, versions.get(id) ?? 0),
  };
  const silent = { info() {}, warn() {}, error() {} };
  const workers = [backend, other].map(({ inbox, store }) =>
    createWorker({ inbox, store, source, fetchesPerSecond: 1_000_000, logger: silent }),
  );
  for (const worker of workers) worker.start();
  let left = accepts;
  const call = async () => {
    while (left > 0) {
      left -= 1;
      const id = `job-${Math.floor(random() * objects)}`;
      const version = (versions.get(id) ?? 0) + 1;
      versions.set(id, version);
      await deliver(backend.inbox, random() < 0.5 ? noticeOf(id) : snapshotAt(id, version));
    }
  };
  try {
    await Promise.all(Array.from({ length: CALLERS }, call));
    await drained(backend);
    const jobs = await backend.store.jobs(SLUG, { limit: objects + 1 });
    for (const job of jobs) assert.equal(job.title, titleOf(versions.get(job.jobberJobId) ?? 0));
    assert.equal(jobs.length, versions.size);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await other.close();
    await backend.close();
  }
}
