import { setTimeout as delayFor } from "node:timers/promises";
import type { ChangeFeed } from "../changes/change-feed.ts";
import { checkTopics } from "../events/topic-selection.ts";
import { checkSharedSequence } from "../inbox/check-shared-sequence.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import { createDispatcher } from "../observability/dispatcher.ts";
import { safeLogger } from "../observability/logger.ts";
import { createOutageLog, type OutageLog } from "../observability/outage-log.ts";
import { positiveInteger } from "../options.ts";
import { checkChangeHandlers } from "../processing/change-handlers.ts";
import { checkHandlers, warnUnselected } from "../processing/handlers.ts";
import { createInferenceGuard } from "../processing/inference-guard.ts";
import type { AnyExtras, RecordExtras } from "../records/extra.ts";
import { checkSnapshotExtra } from "../records/snapshot-extra.ts";
import { createTenantDirectory } from "../tenants/create-tenant-directory.ts";
import { createActiveRuns } from "./active-runs.ts";
import { awaitSharedSequence } from "./await-shared-sequence.ts";
import { drainInbox } from "./drain-inbox.ts";
import { letRequestsIn } from "./let-requests-in.ts";
import { limitTime } from "./limit-time.ts";
import { checkLimits, type WorkerOptions } from "./options.ts";
import {
  createProcessChanges,
  type ProcessChanges,
  type ProcessChangesOptions,
} from "./process-changes.ts";
import { createProcessObject, type RunMode } from "./process-object.ts";
import { purgeRegularly } from "./purge-regularly.ts";
import { createSession, type Session } from "./session.ts";

/** Processes the deliveries of an inbox. */
export interface JobberWorker {
  /** Starts claiming deliveries. Has no effect while started; may be called again after `stop`. */
  start(): void;
  /**
   * Stops claiming deliveries and resolves once active runs finish. Runs that take longer than
   * `graceMs` are ended: their `signal`s abort, unfinished deliveries are released to the inbox,
   * and handlers that ignore the signal are abandoned. Inside a handler it does not wait for the
   * handler's own run.
   *
   * @param options.graceMs milliseconds. @default 10000
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;
  /**
   * Processes deliveries until none is due, then calls the change handlers, and waits for the runs
   * of a started worker: for tests, scripts and cron routes. Processes notifications that only wait
   * for `fetchDelayMs` at once. Waits for the rate limit of API calls. Leaves deliveries that are
   * due later, and those that cannot be claimed.
   *
   * @param options.maxMs time limit: claims stop shortly before, runs still active then are ended
   * like those of `stop`. Milliseconds. @default none
   * @returns the number of runs
   * @throws {JobberSyncError} `ERR_STORE…` when the inbox fails
   * @throws {TypeError} inside a handler, source or store that this worker is running: it would
   * wait for itself
   */
  drain(options?: { readonly maxMs?: number | undefined }): Promise<number>;
}

// A run that waits longer for the rate limit gives up its slot, so that a tenant with a long queue
// does not delay the others.
const MAX_SLOT_WAIT_MS = 250;
const DRAIN_INSIDE_RUN =
  "worker.drain() was called inside a run of the same worker, for instance in a handler. It would wait for that run to end. Return from the handler first.";
const NO_FEED =
  "changes needs the store's feed: createWorker({ feed: database.changes, changes: { … } }).";
// How long aborted runs may take to settle after the grace period.
const LAST_MS = 5000;

/**
 * Creates the worker behind an inbox. It claims the waiting deliveries of an object (2,048 at a
 * time), fetches what notifications only name, writes contacts, jobs and submissions in one
 * transaction, then calls your handlers. Any number of workers in any number of processes may share
 * an inbox.
 *
 * Deliveries are processed at least once; the stored records are the same as after exactly once.
 *
 * @throws {TypeError} for invalid options
 *
 * @example
 * ```ts
 * import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
 *
 * const store = createMemoryStore();
 * const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
 * const worker = createWorker({
 *   inbox,
 *   store,
 *   on: { "job.created": ({ submission }) => console.log(submission.payload.title) },
 * });
 * worker.start();
 * await worker.stop();
 * ```
 */
export function createWorker<X extends RecordExtras = AnyExtras>(
  options: WorkerOptions<X>,
): JobberWorker {
  const { inbox, store, source, now = Date.now } = options;
  const jobIds = store.jobIds?.bind(store);
  const { statusOverrides = source?.statusOverrides } = options;
  const logger = safeLogger(options.logger);
  const { concurrency, changeRetry, ...limits } = checkLimits(options);
  const handlers = letRequestsIn(checkHandlers(options.on ?? {}));
  const snapshotExtra = checkSnapshotExtra(options.snapshotExtra);
  const logInboxOutage = createOutageLog(logger, Date.now, "inbox unavailable, retrying");
  const emit = createDispatcher({ hooks: options.hooks, logger });
  const random = options.random ?? Math.random;
  const consumer = changeConsumer(options, {
    ...limits,
    retry: changeRetry,
    emit,
    logger,
    logOutage: createOutageLog(logger, Date.now, "change feed unavailable, retrying"),
    now,
    random,
  });
  const processObject = createProcessObject({
    ...limits,
    inbox,
    processor: {
      store,
      jobIds,
      source,
      handlers,
      statusOverrides,
      snapshotExtra,
      logger,
      inferences: createInferenceGuard({ store, logger, now }),
    },
    directory:
      options.tenants === undefined ? null : createTenantDirectory(options.tenants, options.app),
    emit,
    logger,
    logInboxOutage,
    logOutage: createOutageLog(logger, Date.now, "processing deliveries failed"),
    now,
    random,
  });
  const runs = createActiveRuns();
  let session = createSession();
  /** The check before the first drain. */
  let sequenceCheck: Promise<void> | null = null;
  if (options.topics !== undefined) warnUnselected(handlers, checkTopics(options.topics), logger);
  if (source === undefined) {
    logger.warn(
      {},
      "no source configured: Jobber's webhooks contain only ids, so their deliveries stay unresolved until you pass one",
    );
  }

  return {
    start() {
      if (session.listening !== null) return;
      const current = session;
      const { signal } = current.stop;
      const run = async (object: ObjectRef) => {
        const mode = runMode(current, { maxSlotWaitMs: MAX_SLOT_WAIT_MS, debounced: false });
        await runs.run("started", () => processObject(object, mode));
      };
      const { feed, retention } = options;
      const onError = logInboxOutage;
      const listening = { concurrency, signal };
      const listen = async () => {
        if (!(await awaitSharedSequence({ inbox, store, signal, onError, logger }))) return;
        await Promise.all([
          inbox.listen(run, { ...listening, onError }),
          consumer?.feed.listen(
            async (object) => {
              const mode = { stop: signal, abort: current.abort.signal };
              await runs.run("started", () => consumer.process(object, mode));
            },
            { ...listening, onError: consumer.logOutage },
          ),
          retention === false || purgeRegularly({ inbox, feed, retention, now, signal, onError }),
        ]);
      };
      current.listening = listen();
    },

    async stop({ graceMs = 10_000 } = {}) {
      const ending = session;
      session = createSession();
      ending.stop.abort();
      // Listening ends after the last run, which may be the one that calls this.
      const listening = runs.isInside() ? null : ending.listening;
      const ended = Promise.all([listening, runs.ended()]);
      const grace = setTimeout(() => ending.abort.abort(), graceMs);
      const over = new AbortController();
      try {
        const deadline = delayFor(graceMs + LAST_MS, "late" as const, { signal: over.signal });
        if ((await Promise.race([ended, deadline.catch(() => {})])) !== "late") return;
        logger.error(
          { runs: runs.size },
          `worker stopped with ${runs.size} runs still active after graceMs (${graceMs} ms)`,
        );
      } finally {
        clearTimeout(grace);
        over.abort();
      }
    },

    async drain({ maxMs } = {}) {
      if (maxMs !== undefined) positiveInteger("maxMs", maxMs);
      if (runs.isInside()) throw new TypeError(DRAIN_INSIDE_RUN);
      sequenceCheck ??= checkSharedSequence(inbox, store);
      await sequenceCheck.catch((error: unknown) => {
        sequenceCheck = null;
        throw error;
      });
      const limited = limitTime(
        runMode(session, { maxSlotWaitMs: Number.POSITIVE_INFINITY, debounced: true }),
        maxMs,
      );
      try {
        const { mode } = limited;
        const draining = { concurrency, now, stop: mode.stop, otherRuns: runs.started };
        const ended = await drainInbox(inbox, {
          ...draining,
          run: (object) => runs.run("drained", () => processObject(object, mode)),
        });
        if (consumer === null) return ended;
        const handled = await drainInbox(consumer.feed, {
          ...draining,
          run: (object) => runs.run("drained", () => consumer.process(object, mode)),
        });
        return ended + handled;
      } finally {
        limited.clear();
      }
    },
  };
}

/** The change handlers of a worker. */
interface ChangeConsumer {
  readonly feed: ChangeFeed;
  readonly process: ProcessChanges;
  readonly logOutage: OutageLog;
}

/**
 * Validates the change handlers and enables their feed.
 *
 * @returns `null` without handlers
 * @throws {TypeError}
 */
function changeConsumer(
  {
    changes,
    feed,
  }: { readonly changes?: object | undefined; readonly feed?: ChangeFeed | undefined },
  settings: Omit<ProcessChangesOptions, "feed" | "handlers">,
): ChangeConsumer | null {
  const handlers = checkChangeHandlers(changes ?? {});
  if (handlers.size === 0) return null;
  if (feed === undefined) throw new TypeError(NO_FEED);
  feed.enable();
  const process = createProcessChanges({ ...settings, feed, handlers });
  return { feed, process, logOutage: settings.logOutage };
}

function runMode(
  { stop, abort }: Session,
  settings: Pick<RunMode, "maxSlotWaitMs" | "debounced">,
): RunMode {
  return { stop: stop.signal, abort: abort.signal, ...settings };
}
