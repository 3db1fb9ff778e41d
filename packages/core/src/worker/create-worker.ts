import { setTimeout as delayFor } from "node:timers/promises";
import type { Inbox, ObjectRef, PurgeOptions } from "../inbox/inbox.ts";
import { createDispatcher } from "../observability/dispatcher.ts";
import type { LifecycleHooks } from "../observability/lifecycle-events.ts";
import { type Logger, safeLogger } from "../observability/logger.ts";
import { createOutageLog } from "../observability/outage-log.ts";
import { nonNegativeMs, positiveInteger } from "../options.ts";
import { checkHandlers, type Handlers } from "../processing/handlers.ts";
import type { RecordSource } from "../records/record-source.ts";
import type { StatusOverrides } from "../records/snapshot-records.ts";
import type { SyncStore } from "../store/sync-store.ts";
import type { SharedApp, Tenants } from "../tenants/tenant.ts";
import { createTenantDirectory } from "../tenants/tenant-directory.ts";
import { createProcessObject, type RunMode } from "./process-object.ts";
import { checkRetryPolicy, type RetryPolicy } from "./retry-policy.ts";

/** What `createWorker` takes. */
export interface WorkerOptions {
  readonly inbox: Inbox;
  readonly store: SyncStore;
  /** Without it notifications are kept as `unresolved`; deletes are taken from their topic. */
  readonly source?: RecordSource | undefined;
  /** Called after the commit, at least once per delivery: make them idempotent. */
  readonly on?: Handlers | undefined;
  /**
   * The receiver's tenants, to check again before anything is written. Needed for replaying what was quarantined because its account was
   * not the tenant's, or had none: without it such a delivery is quarantined again.
   */
  readonly tenants?: Tenants | undefined;
  /** The receiver's shared app, if it has one. */
  readonly app?: SharedApp | undefined;
  /** Jobber status → yours; see `mapJobStatus`. */
  readonly statusOverrides?: StatusOverrides | undefined;
  /** Objects worked on at one time. @default 8 */
  readonly concurrency?: number | undefined;
  /** How long a claim holds once its worker is dead; one that lives prolongs it every third of that. Milliseconds. @default 15000 */
  readonly leaseMs?: number | undefined;
  /** API calls per second and tenant, over all workers. Jobber allows 2,500 in 300 s (F5.3). @default 8 */
  readonly fetchesPerSecond?: number | undefined;
  /** When to look again at a record that was missing, or not yet deleted. Milliseconds. @default 60000 */
  readonly recheckMs?: number | undefined;
  /**
   * Longest work on one claim, an object's deliveries, 2,048 at most. What it waits for then has failed: a handler as if it had thrown, a
   * source or a store as if it were down. Milliseconds.
   *
   * @default 300000
   */
  readonly runTimeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** What is purged every hour; `false`: nothing, call `inbox.purge` yourself. */
  readonly retention?: Omit<PurgeOptions, "now" | "signal"> | false | undefined;
  readonly hooks?: LifecycleHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Works on what the inbox holds. */
export interface JobberWorker {
  /** Begins to take work. Calling it again does nothing; after a stop it begins anew. */
  start(): void;
  /**
   * Takes no more work and resolves when what runs has ended. Runs that take longer than `graceMs` are told to end: their `signal`s abort,
   * what they had not done goes back to the inbox, and a handler that does not end by itself is no longer waited for.
   *
   * @param options.graceMs milliseconds. @default 10000
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
  /**
   * Works until nothing is due, and where the worker was started until what it runs has ended: for tests and scripts. Waits for places in the
   * budget of API calls; deliveries that wait for a later time are left, and so are those that cannot be claimed.
   *
   * @returns how many runs there were
   * @throws {JobberSyncError} `ERR_STORE…` when the inbox cannot be asked what is due
   */
  drain(): Promise<number>;
}

const PURGE_EVERY_MS = 60 * 60 * 1000;
// A tenant with a long queue must not keep the others from being worked on: a run gives its slot back soon.
const MAX_BUDGET_WAIT_MS = 250;
// How long what was told to end may take to write that down, after the grace.
const LAST_MS = 5000;

/**
 * Makes the worker behind an inbox: claims every waiting delivery of an object (2,048 at a time), fetches what notifications only name, writes
 * contacts, jobs and submissions in one step, then calls your handlers. Any number of workers, in any number of processes, may share an inbox.
 *
 * Each delivery is processed at least once; what is stored is the same as if it had been once.
 *
 * @throws {TypeError} for options that cannot work
 *
 * @example
 * ```ts
 * import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
 *
 * const store = createMemoryStore();
 * const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
 * const worker = createWorker({ inbox, store, on: { "job.created": ({ submission }) => console.log(submission) } });
 * worker.start();
 * await worker.stop();
 * ```
 */
export function createWorker(options: WorkerOptions): JobberWorker {
  const { inbox, now = Date.now } = options;
  const logger = safeLogger(options.logger);
  const concurrency = positiveInteger("concurrency", options.concurrency ?? 8);
  checkRetention(options.retention);
  const logOutage = createOutageLog(logger, Date.now, "the worker's inbox failed; trying again");
  const processObject = createProcessObject({
    inbox,
    processor: {
      store: options.store,
      source: options.source,
      handlers: checkHandlers(options.on ?? {}),
      statusOverrides: options.statusOverrides,
    },
    directory:
      options.tenants === undefined ? null : createTenantDirectory(options.tenants, options.app),
    leaseMs: positiveInteger("leaseMs", options.leaseMs ?? 15_000),
    fetchesPerSecond: positiveInteger("fetchesPerSecond", options.fetchesPerSecond ?? 8),
    recheckMs: positiveInteger("recheckMs", options.recheckMs ?? 60_000),
    runTimeoutMs: positiveInteger("runTimeoutMs", options.runTimeoutMs ?? 300_000),
    retry: checkRetryPolicy(options.retry),
    emit: createDispatcher({ hooks: options.hooks, logger }),
    logger,
    logOutage,
    now,
    random: options.random ?? Math.random,
  });
  /** What runs because of a start, and because of a drain. */
  const started = new Set<Promise<boolean>>();
  const drained = new Set<Promise<boolean>>();
  let session = createSession();
  if (options.source === undefined) {
    logger.warn(
      {},
      "no source is configured: Jobber's own webhooks name a record without carrying it, so they will wait unresolved",
    );
  }

  return {
    start() {
      if (session.listening !== null) return;
      const current = session;
      const { signal } = current.stop;
      const mode = runMode(current, MAX_BUDGET_WAIT_MS);
      const runNext = (object: ObjectRef) =>
        track(started, processObject(object, mode)).then(() => {});
      current.listening = Promise.all([
        inbox.listen(runNext, { concurrency, signal, onError: logOutage }),
        purgeRegularly(signal),
      ]);
    },

    async stop({ graceMs = 10_000 } = {}) {
      const ending = session;
      session = createSession();
      ending.stop.abort();
      const ended = Promise.all([ending.listening, ...started, ...drained]);
      const grace = setTimeout(() => ending.abort.abort(), graceMs);
      const last = new AbortController();
      try {
        const deadline = delayFor(graceMs + LAST_MS, "late" as const, { signal: last.signal });
        const late = await Promise.race([ended, deadline.catch(() => {})]);
        if (late === "late")
          logger.error({}, "the worker stopped without waiting any longer for what it ran");
      } finally {
        clearTimeout(grace);
        last.abort();
      }
    },

    async drain() {
      const mode = runMode(session, Number.POSITIVE_INFINITY);
      let runs = 0;
      while (!mode.stop.aborted) {
        const objects = await inbox.due({ now: now(), limit: 16 * concurrency });
        const worked = await eachOf(objects, concurrency, async (object) =>
          mode.stop.aborted ? false : track(drained, processObject(object, mode)),
        );
        runs += worked;
        if (worked > 0) continue;
        // Nothing, or nothing that could be claimed. What runs already may yet leave something to do.
        if (started.size === 0) break;
        await Promise.race(started);
      }
      return runs;
    },
  };

  async function purgeRegularly(signal: AbortSignal): Promise<void> {
    if (options.retention === false) return;
    while (!signal.aborted) {
      try {
        await inbox.purge({ ...options.retention, now: now(), signal });
      } catch (error) {
        logOutage(error);
      }
      await delayFor(PURGE_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

/** Keeps a run among its like until it has ended. */
function track(among: Set<Promise<boolean>>, run: Promise<boolean>): Promise<boolean> {
  const ended = run.finally(() => among.delete(ended));
  among.add(ended);
  return ended;
}

/** From one start to its stop. */
interface Session {
  /** No work is taken any more. */
  readonly stop: AbortController;
  /** What runs is to end. */
  readonly abort: AbortController;
  listening: Promise<unknown> | null;
}

function createSession(): Session {
  return { stop: new AbortController(), abort: new AbortController(), listening: null };
}

function runMode({ stop, abort }: Session, maxBudgetWaitMs: number): RunMode {
  return { stop: stop.signal, abort: abort.signal, maxBudgetWaitMs };
}

/** @throws {TypeError} */
function checkRetention(retention: WorkerOptions["retention"] = {}): void {
  if (retention === false) return;
  for (const name of ["bodiesAfterMs", "failedAfterMs"] as const) {
    if (retention[name] !== undefined) nonNegativeMs(`retention.${name}`, retention[name]);
  }
}

/** @returns how many of the runs claimed something */
async function eachOf(
  objects: readonly ObjectRef[],
  concurrency: number,
  run: (object: ObjectRef) => Promise<boolean>,
): Promise<number> {
  const rest = objects.values();
  let worked = 0;
  const lane = async () => {
    for (const object of rest) if (await run(object)) worked += 1;
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
  return worked;
}
