import type { RunScheduler } from "@jobber-sync/core/ports";
import { pause } from "../database/pause.ts";
import type { createLook } from "./due.ts";

/** Options of the sweep, which finds rows without a wake-up. */
export interface SweepOptions {
  /**
   * Interval between sweeps. Delays rows of a dead worker after their claim has expired.
   * Milliseconds.
   */
  readonly sweepMs: number;
  /** Minimum time overdue before the sweep puts a row first in its tenant's queue. Milliseconds. */
  readonly overdueMs: number;
}

/** Finds objects for a scheduler without a wake-up. */
export interface Sweep {
  /** Requests a look for everything that is due, because wake-ups were not remembered. */
  request(): void;
  /** Sweeps until the signal aborts. */
  run(scheduler: RunScheduler, options: RunSweepOptions): Promise<void>;
}

/** Options of {@link Sweep.run}. */
export interface RunSweepOptions {
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

// Minimum objects per look: some of those found may be running on another worker.
const LEAST_LOOK = 16;
// Objects per slot of a requested look. More save looks; fewer leave work to other workers.
const REQUESTED_PER_SLOT = 8;
// Wake-ups are fetched in the order in which they were sent, so that 200,000 of one tenant delay
// those of all others for minutes. Rows that have been due for this long are late, and are found
// without their wake-ups.
const LATE_MS = 300;
/** Looks for late rows: how many per sweep, and the least pause in durations of a look. */
interface Checks {
  readonly perSweep: number;
  readonly pauseCosts: number;
}
const USUAL: Checks = { perSweep: 4, pauseCosts: 10 };
// Tenants depend on these looks while there are late rows.
const WHILE_LATE: Checks = { perSweep: 20, pauseCosts: 2 };

/**
 * Creates the sweep of one listener. Runs the objects that it finds directly: sending them through
 * the queue would add jobs to a queue that is already long.
 */
export function createSweep(
  look: ReturnType<typeof createLook>,
  { sweepMs, overdueMs }: SweepOptions,
): Sweep {
  let isRequested = false;
  let notify = () => {};

  return {
    request() {
      isRequested = true;
      notify();
    },
    async run(scheduler, options) {
      const { signal, onError } = options;
      let nextSweepAt = performance.now();
      let nextCheckAt = nextSweepAt + sweepMs / USUAL.perSweep;
      while (!signal.aborted) {
        try {
          if (performance.now() >= nextSweepAt) {
            nextSweepAt = performance.now() + sweepMs;
            await findOverdue(scheduler, options);
          }
          if (isRequested) {
            isRequested = false;
            await findDue(scheduler, options);
          } else if (performance.now() >= nextCheckAt) {
            // Set first, so that a failing look is not repeated at once.
            nextCheckAt = performance.now() + sweepMs / USUAL.perSweep;
            nextCheckAt = await checkLate(scheduler, options);
          }
        } catch (error) {
          onError(error);
        }
        if (!isRequested) await waitUntil(Math.min(nextSweepAt, nextCheckAt), signal);
      }
    },
  };

  /**
   * Offers overdue objects first, because rows of a dead worker must not wait behind a long queue.
   * If another worker finds the same object, it finds the lane held.
   */
  async function findOverdue(
    scheduler: RunScheduler,
    { concurrency, now }: RunSweepOptions,
  ): Promise<void> {
    const limit = Math.max(LEAST_LOOK, concurrency);
    const objects = await look({ now: now(), limit, overdueMs, exclude: scheduler.running() });
    // The most urgent one last, which makes it the first. Not awaited: long runs must not delay the
    // next sweep.
    for (const object of objects.toReversed()) void scheduler.offer(object, { first: true });
  }

  /** @returns when to check again, by `performance.now()` */
  async function checkLate(scheduler: RunScheduler, options: RunSweepOptions): Promise<number> {
    const started = performance.now();
    const found = await findDue(scheduler, options, Math.min(LATE_MS, overdueMs));
    const ended = performance.now();
    const { perSweep, pauseCosts } = found > 0 ? WHILE_LATE : USUAL;
    return ended + Math.max(sweepMs / perSweep, pauseCosts * (ended - started));
  }

  /**
   * Offers due objects of the tenants of which none waits in the scheduler.
   *
   * @returns the number of objects
   */
  async function findDue(
    scheduler: RunScheduler,
    { concurrency, now }: RunSweepOptions,
    dueForMs = 0,
  ): Promise<number> {
    const limit = Math.max(LEAST_LOOK, REQUESTED_PER_SLOT * concurrency);
    const exclude = scheduler.running();
    const excludeTenants = scheduler.suppliedTenants();
    const objects = await look({
      now: now(),
      limit,
      overdueMs: dueForMs,
      exclude,
      excludeTenants,
    });
    for (const object of objects) void scheduler.offer(object);
    if (objects.length === limit) {
      for (const tenant of new Set(objects.map((object) => object.tenant)))
        scheduler.expectMore(tenant);
    }
    return objects.length;
  }

  /** Waits for the next sweep, or a request. */
  async function waitUntil(at: number, signal: AbortSignal): Promise<void> {
    const requested = new AbortController();
    notify = () => requested.abort();
    const ended = AbortSignal.any([signal, requested.signal]);
    await pause(Math.max(0, at - performance.now()), ended);
    notify = () => {};
  }
}
