import assert from "node:assert/strict";
import { createWorker } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { createChains } from "./chains.ts";
import { deliver, notificationOf, snapshotAt } from "./deliveries.ts";
import { drained } from "./many-workers.ts";
import { openBackend, type Target } from "./open-backend.ts";
import { openMemory, type StoreAndInbox } from "./open-memory.ts";
import { recordsAt, SLUG, titleOf } from "./reference-records.ts";

/** Options for {@link lostWakeUps}. */
export interface LostWakeUpsOptions {
  readonly accepts: number;
  readonly objects: number;
  readonly random: () => number;
}

const IN_CHAINS = 0.05;
// The source never lags, so that one look proves what three would.
const LOOKS_MS = [100];
// The receiver's default for maxInFlight.
const CALLERS = 256;
// The workers catch up after each round; otherwise they would fall further and further behind.
const ROUND = 5000;
const PATIENCE_MS = 60_000;
// Longer than PATIENCE_MS, because a sweep would find the row whose wake-up was lost.
const SWEEP_MS = 60 * PATIENCE_MS;

/**
 * Changes objects and accepts a notification or a snapshot for each change while two workers run:
 * first in chains, then from many concurrent callers. Asserts that at the end no delivery waits and
 * every object is at its last version; a lost wake-up would leave a delivery behind.
 *
 * @param target with `memory`, both workers share one inbox in this process
 */
export async function lostWakeUps(
  target: Target | "memory",
  { accepts, objects, random }: LostWakeUpsOptions,
): Promise<void> {
  const [backend, other] = await openTwice(target);
  const versions = new Map<string, number>();
  const ids = Array.from({ length: objects }, (_, index) => `job-${index}`);
  const send = (id: string) => {
    const version = (versions.get(id) ?? 0) + 1;
    versions.set(id, version);
    return deliver(backend.inbox, random() < 0.5 ? notificationOf(id) : snapshotAt(id, version));
  };
  const inChains = Math.ceil(accepts * IN_CHAINS);
  const chains = createChains({ ids, deliveries: inChains, random, send });
  const sendAll = async (calls: Iterator<unknown>) => {
    while (!calls.next().done) await send(ids[Math.floor(random() * objects)] ?? "");
  };
  const source = {
    fetch: async (_tenant: string, _type: string, id: string) =>
      recordsAt(id, versions.get(id) ?? 0),
  };
  const workers = [backend, other].map((each) => {
    const { inbox, store } = chains.watched(each);
    return createWorker({
      inbox,
      store,
      source,
      fetchesPerSecond: 1_000_000,
      looksMs: LOOKS_MS,
      logger: silentLogger,
    });
  });
  for (const worker of workers) worker.start();
  try {
    await chains.run(PATIENCE_MS);
    await drained(backend, PATIENCE_MS);
    for (let sent = inChains; sent < accepts; sent += ROUND) {
      const calls = Array.from({ length: Math.min(ROUND, accepts - sent) }).values();
      await Promise.all(Array.from({ length: CALLERS }, () => sendAll(calls)));
      await drained(backend, PATIENCE_MS);
    }
    const jobs = await backend.store.jobs(SLUG, { limit: objects + 1 });
    for (const job of jobs) assert.equal(job.title, titleOf(versions.get(job.jobberJobId) ?? 0));
    assert.equal(jobs.length, versions.size);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await other.close();
    await backend.close();
  }
}

async function openTwice(
  target: Target | "memory",
): Promise<readonly [StoreAndInbox, StoreAndInbox]> {
  if (target !== "memory") {
    const options = { sweepMs: SWEEP_MS };
    return [await openBackend(target, options), await openBackend(target, options)];
  }
  const backend = openMemory();
  return [backend, backend];
}
