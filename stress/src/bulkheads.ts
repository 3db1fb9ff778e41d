import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { createWorker, isJobberSyncError } from "@jobber-sync/core";
import type { IncomingDelivery } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { deliver, notificationOf, snapshotAt } from "./deliveries.ts";
import { lockJobs } from "./lock-jobs.ts";
import { openBackend, type Target } from "./open-backend.ts";
import { openMemory, type StoreAndInbox } from "./open-memory.ts";

/** Options for {@link bulkheads}. */
export interface BulkheadsOptions {
  readonly tenants: number;
  /** Deliveries of all tenants together. */
  readonly perSecond: number;
  readonly seconds: number;
  /** Number of due rows that one tenant has at the start. */
  readonly backlog: number;
  /** For how long another transaction locks the jobs of one tenant. Postgres only. */
  readonly lockSeconds: number;
}

/** Times of one class of tenants in {@link bulkheads}. */
export interface ClassReport {
  /** The trouble that the tenants are in. */
  readonly trouble: string;
  readonly deliveries: number;
  /** Deliveries without a record when the measurement ended. */
  readonly unprocessed: number;
  /** Milliseconds from receipt to record, of the processed deliveries. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

const HANGING_API = ["tenant-0", "tenant-1"];
const HANGING_HANDLER = "tenant-2";
const BACKLOG = "tenant-3";
const LOCKED = "tenant-4";
const NONE = "none";
const OBJECTS = 20;
/** The longest time from receipt to record for tenants without trouble (p99). Milliseconds. */
export const LIMIT_MS = 3000;
const CALLERS = 256;

/**
 * Sends snapshots of many tenants at a steady rate to one worker, while the API of two tenants
 * hangs, the handler of one hangs, one has a backlog, and on Postgres one has its rows locked.
 *
 * @returns one report per class of tenants, first that of the tenants without trouble
 */
export async function bulkheads(
  target: Target | "memory",
  { tenants, perSecond, seconds, backlog, lockSeconds }: BulkheadsOptions,
): Promise<readonly ClassReport[]> {
  const backend = target === "memory" ? openMemory() : await openBackend(target);
  const names = Array.from({ length: tenants }, (_, index) => `tenant-${index}`);
  const hasRowLocks = target !== "memory" && target.kind === "postgres";
  const troubles = new Map([
    ...HANGING_API.map((tenant) => [tenant, "hanging API"] as const),
    [HANGING_HANDLER, "hanging handler"],
    [BACKLOG, `backlog of ${backlog}`],
    ...(hasRowLocks ? [[LOCKED, `rows locked for ${lockSeconds} s`] as const] : []),
  ]);
  const applied = new Map<number, number>();
  const worker = createWorker({
    inbox: backend.inbox,
    store: backend.store,
    source: { fetch: (_tenant, _type, _id, { signal }) => hang(signal) },
    on: {
      "job.updated": ({ tenant, signal }) =>
        tenant === HANGING_HANDLER ? hang(signal) : undefined,
    },
    hooks: {
      processed: ({ sequence }) => void applied.set(sequence ?? -1, performance.now()),
    },
    fetchesPerSecond: 1_000_000,
    logger: silentLogger,
  });
  let version = 0;
  const send = (tenant: string) => {
    version += 1;
    const id = `job-${version % OBJECTS}`;
    const isNotification = HANGING_API.includes(tenant);
    return receive(
      backend,
      isNotification ? notificationOf(id, version, tenant) : snapshotAt(id, version, tenant),
    );
  };
  await fill(backend, backlog);
  // Enough deliveries of the troubled tenants to occupy every slot from the start.
  for (const tenant of [...HANGING_API, HANGING_HANDLER, LOCKED])
    for (let index = 0; index < OBJECTS; index += 1) await send(tenant);
  worker.start();
  try {
    if (hasRowLocks) await drainedOf(backend, LOCKED);
    const unlock = hasRowLocks ? await lockJobs(target.url, LOCKED, lockSeconds) : async () => {};
    const sent: { readonly tenant: string; readonly at: number; readonly sequence: number }[] = [];
    const begin = performance.now();
    const calls: Promise<unknown>[] = [];
    for (let index = 0; index < perSecond * seconds; index += 1) {
      const early = begin + (index * 1000) / perSecond - performance.now();
      if (early > 1) await delay(early);
      const tenant = names[index % tenants] ?? "";
      calls.push(send(tenant).then((received) => sent.push({ tenant, ...received })));
    }
    await Promise.all(calls);
    const healthy = sent.filter(({ tenant }) => !troubles.has(tenant));
    const end = performance.now() + 2 * LIMIT_MS;
    while (healthy.some(({ sequence }) => !applied.has(sequence)) && performance.now() < end)
      await delay(50);
    await unlock();
    return [NONE, ...new Set(troubles.values())].map((trouble) => {
      const ofClass = sent.filter(({ tenant }) => (troubles.get(tenant) ?? NONE) === trouble);
      return reportOf(
        trouble,
        ofClass.map(({ at, sequence }) => (applied.get(sequence) ?? Number.NaN) - at),
      );
    });
  } finally {
    await worker.stop({ graceMs: 100 });
    await backend.close();
  }
}

/**
 * Processes deliveries of a single tenant whose fetches take 20 ms each.
 *
 * @returns the highest number of concurrent fetches, and the throughput as a share of that of
 * `concurrency` slots that are always busy
 */
export async function singleTenant(
  target: Target | "memory",
  { concurrency, objects }: { readonly concurrency: number; readonly objects: number },
): Promise<{ readonly slots: number; readonly share: number }> {
  const fetchMs = 20;
  const backend = target === "memory" ? openMemory() : await openBackend(target);
  let running = 0;
  let slots = 0;
  const worker = createWorker({
    inbox: backend.inbox,
    store: backend.store,
    source: {
      async fetch() {
        running += 1;
        slots = Math.max(slots, running);
        await delay(fetchMs);
        running -= 1;
        return null;
      },
    },
    concurrency,
    fetchesPerSecond: 1_000_000,
    logger: silentLogger,
  });
  try {
    await Promise.all(
      Array.from({ length: objects }, (_, index) =>
        deliver(backend.inbox, notificationOf(`job-${index}`)),
      ),
    );
    const begin = performance.now();
    await worker.drain();
    const share = (objects * fetchMs) / concurrency / (performance.now() - begin);
    return { slots, share };
  } finally {
    await worker.stop();
    await backend.close();
  }
}

/**
 * Accepts a delivery. Like Jobber, sends it again after a 503.
 *
 * @returns the time at which the accepted one was received
 */
async function receive(
  { inbox }: Pick<StoreAndInbox, "inbox">,
  delivery: IncomingDelivery,
): Promise<{ readonly at: number; readonly sequence: number }> {
  for (;;) {
    const at = performance.now();
    try {
      const { sequence } = await inbox.accept(delivery);
      return { at, sequence };
    } catch (error) {
      if (!isJobberSyncError(error) || !error.retryable) throw error;
      await delay(20);
    }
  }
}

function reportOf(trouble: string, times: readonly number[]): ClassReport {
  const known = times.filter((time) => !Number.isNaN(time)).sort((a, b) => a - b);
  const at = (share: number) => known[Math.floor((known.length - 1) * share)] ?? Number.NaN;
  return {
    trouble,
    deliveries: times.length,
    unprocessed: times.length - known.length,
    p50: at(0.5),
    p99: at(0.99),
    max: at(1),
  };
}

function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

async function fill({ inbox }: StoreAndInbox, rows: number): Promise<void> {
  const indexes = Array.from({ length: rows }).keys();
  const caller = async () => {
    for (const index of indexes)
      await receive({ inbox }, snapshotAt(`backlog-${index}`, 1, BACKLOG));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
}

async function drainedOf({ inbox }: StoreAndInbox, tenant: string): Promise<void> {
  const end = Date.now() + 60_000;
  while ((await inbox.list({ tenant, states: ["waiting", "claimed"], limit: 1 })).length > 0) {
    assert.ok(Date.now() < end, `the first deliveries of ${tenant} are processed`);
    await delay(50);
  }
}
