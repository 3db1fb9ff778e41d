import { setTimeout as delayFor } from "node:timers/promises";
import { JobberSyncError } from "../errors.ts";
import type { Inbox, ObjectRef, PurgeOptions } from "../inbox/inbox.ts";
import { createEmit, type LifecycleHooks } from "../lifecycle/lifecycle.ts";
import { consoleLogger, type Logger } from "../lifecycle/logger.ts";
import { positiveInteger } from "../receiver/options.ts";
import type { SharedApp, Tenants } from "../receiver/tenants.ts";
import type { RecordSource } from "../records/record-source.ts";
import type { StatusOverrides } from "../records/snapshot-records.ts";
import type { SyncStore } from "../store/sync-store.ts";
import { createRun } from "./create-run.ts";
import { checkHandlers, type Handlers } from "./handlers.ts";
import { DEFAULT_RETRY_POLICY, type RetryPolicy } from "./retry-policy.ts";

/** What `createWorker` takes. */
export interface WorkerOptions {
  readonly inbox: Inbox;
  readonly store: SyncStore;
  /** Without it notices are kept as `unresolved`; deletes are taken from their topic. */
  readonly source?: RecordSource | undefined;
  /** Called after the commit, at least once per delivery: make them idempotent. */
  readonly on?: Handlers | undefined;
  /**
   * The receiver's tenants, to check again before anything is written. Needed for replaying deliveries of the app-level route whose
   * account had no tenant.
   */
  readonly tenants?: Tenants | undefined;
  /** The receiver's shared app, if it has one. */
  readonly app?: SharedApp | undefined;
  /** Jobber status → yours; see `mapJobStatus`. */
  readonly statusOverrides?: StatusOverrides | undefined;
  /** Objects worked on at one time. @default 8 */
  readonly concurrency?: number | undefined;
  /** How long a claim holds; a worker that lives prolongs it three times as often. Milliseconds. @default 15000 */
  readonly leaseMs?: number | undefined;
  /** API calls per second and tenant, over all workers. Jobber allows 2,500 in 300 s (F5.3). @default 8 */
  readonly fetchesPerSecond?: number | undefined;
  /** When to look again at a record that was missing, or not yet deleted. Milliseconds. @default 60000 */
  readonly recheckMs?: number | undefined;
  /** Longest run of one object. Milliseconds. @default 300000 */
  readonly runTimeoutMs?: number | undefined;
  readonly retry?: Partial<RetryPolicy> | undefined;
  /** What is purged every hour; `false`: nothing, call `inbox.purge` yourself. */
  readonly retention?: Omit<PurgeOptions, "now"> | false | undefined;
  readonly hooks?: LifecycleHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Works on what the inbox holds. */
export interface Worker {
  /** Begins to take work. Calling it again does nothing. */
  start(): void;
  /**
   * Takes no more work and resolves when what runs has ended. Runs that take longer than `graceMs` are aborted; their deliveries
   * go back to the inbox.
   *
   * @param options.graceMs milliseconds. @default 10000
   */
  stop(options?: { readonly graceMs?: number }): Promise<void>;
  /**
   * Works until nothing is due, without `start`: for tests and scripts. Deliveries that wait for a later time are left.
   *
   * @returns how many runs there were
   */
  drain(): Promise<number>;
}

const PURGE_EVERY_MS = 60 * 60 * 1000;

/**
 * Makes the worker behind an inbox: claims every waiting delivery of an object, fetches what notices only name, writes contacts, jobs and
 * submissions in one step, then calls your handlers. Any number of workers, in any number of processes, may share an inbox.
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
export function createWorker(options: WorkerOptions): Worker {
  const { inbox, logger = consoleLogger, now = Date.now } = options;
  const concurrency = positiveInteger("concurrency", options.concurrency ?? 8);
  const emit = createEmit(options.hooks ?? {}, logger);
  const aborted = new AbortController();
  const run = createRun({
    ...options,
    handlers: checkHandlers(options.on ?? {}),
    leaseMs: positiveInteger("leaseMs", options.leaseMs ?? 15_000),
    fetchesPerSecond: positiveInteger("fetchesPerSecond", options.fetchesPerSecond ?? 8),
    recheckMs: positiveInteger("recheckMs", options.recheckMs ?? 60_000),
    runTimeoutMs: positiveInteger("runTimeoutMs", options.runTimeoutMs ?? 300_000),
    retry: { ...DEFAULT_RETRY_POLICY, ...options.retry },
    emit,
    logger,
    now,
    random: options.random ?? Math.random,
    stopped: aborted.signal,
  });
  let listening: { readonly stop: AbortController; readonly ended: Promise<void> } | undefined;
  if (options.source === undefined) {
    logger.warn(
      {},
      "no source is configured: Jobber's own webhooks name a record without carrying it, so they will wait unresolved",
    );
  }

  return {
    start() {
      if (listening !== undefined || aborted.signal.aborted) return;
      const stop = new AbortController();
      const onError = (error: unknown) => logError(logger, "looking for work failed; trying again", error);
      const ended = Promise.all([
        inbox.listen(run, { concurrency, signal: stop.signal, onError }),
        purgeRegularly(stop.signal),
      ]).then(() => {});
      listening = { stop, ended };
    },

    async stop({ graceMs = 10_000 } = {}) {
      if (listening === undefined) return;
      const { stop, ended } = listening;
      stop.abort();
      const grace = setTimeout(() => aborted.abort(), graceMs);
      try {
        await ended;
      } finally {
        clearTimeout(grace);
        listening = undefined;
      }
    },

    async drain() {
      let runs = 0;
      for (;;) {
        const objects = await inbox.due({ now: now(), limit: 16 * concurrency });
        if (objects.length === 0) return runs;
        runs += objects.length;
        await eachOf(objects, concurrency, run);
      }
    },
  };

  async function purgeRegularly(signal: AbortSignal): Promise<void> {
    if (options.retention === false) return;
    while (!signal.aborted) {
      try {
        await inbox.purge({ ...options.retention, now: now() });
      } catch (error) {
        logError(logger, "purging failed; trying again in an hour", error);
      }
      await delayFor(PURGE_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

async function eachOf(
  objects: readonly ObjectRef[],
  concurrency: number,
  run: (object: ObjectRef) => Promise<void>,
): Promise<void> {
  const rest = objects.values();
  const lane = async () => {
    for (const object of rest) await run(object);
  };
  await Promise.all(Array.from({ length: concurrency }, lane));
}

/** The message of somebody else's error may quote anything; of ours the code says it all. */
function logError(logger: Logger, message: string, error: unknown): void {
  logger.error(
    {
      code: error instanceof JobberSyncError ? error.code : undefined,
      name: error instanceof Error ? error.name : typeof error,
    },
    message,
  );
}
