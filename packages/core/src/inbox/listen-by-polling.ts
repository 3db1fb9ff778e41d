import type { ObjectRef } from "./delivery.ts";
import type { Inbox, WakeOptions } from "./inbox.ts";
import { createRunScheduler } from "./run-scheduler.ts";

/** Options for {@link listenByPolling}. */
export interface PollingOptions extends WakeOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /**
   * Interval between looks that nothing triggered. Delays the work of another process, retries, and
   * expired claims. Milliseconds.
   *
   * @default 250
   */
  readonly pollMs?: number;
  /** Registers a function to call when rows may be due. Returns the function that removes it. */
  readonly onWake?: (listener: () => void) => () => void;
}

// Another process took the last objects and may leave others. Soon, but it may also hold them all.
const LOOK_SOON_MS = 50;
// While every slot is busy, a look only serves other tenants. It must not cost more than a tenth of
// the time, however long the queue it skips.
const LEAST_LOOK_INTERVAL_MS = 20;
const LOOK_COST_FACTOR = 10;

/**
 * Implements {@link Inbox.listen} with {@link Inbox.due}, for inboxes without a queue of their own:
 * looks for due objects when woken, else every `pollMs`. Tenants share the slots as described at
 * `createBulkheads`.
 */
export async function listenByPolling(
  inbox: Pick<Inbox, "due">,
  run: (object: ObjectRef) => Promise<void>,
  { concurrency, signal, onError, now, pollMs = 250, onWake = () => () => {} }: PollingOptions,
): Promise<void> {
  // More objects would save looks, but another process may have taken them before a slot is free.
  const limit = concurrency;
  let wakeUp: () => void = () => {};
  /** Whether there may be more to do than the last look saw. */
  let look = true;
  /** Whether the last look returned everything there was. */
  let sawAll = true;
  let pauseMs = pollMs;
  let nextLookAt = 0;
  /** Counts wake-ups. */
  let wakes = 0;
  const wake = () => {
    wakes += 1;
    look = true;
    wakeUp();
  };
  const scheduler = createRunScheduler(observedRun, { concurrency, signal, onEnd: () => wakeUp() });
  const unregister = onWake(wake);
  signal.addEventListener("abort", wake, { once: true });

  try {
    while (!signal.aborted) {
      const isBusy = scheduler.waiting() > 0 || scheduler.running().length >= concurrency;
      const waitMs = isBusy ? nextLookAt - performance.now() : 0;
      if (look && waitMs <= 0) await lookForWork();
      else await pause(look ? Math.min(waitMs, pauseMs) : pauseMs);
    }
  } finally {
    unregister();
    signal.removeEventListener("abort", wake);
    await scheduler.idle();
  }

  async function lookForWork(): Promise<void> {
    const started = performance.now();
    look = false;
    pauseMs = pollMs;
    try {
      const excludeTenants = scheduler.suppliedTenants();
      const exclude = scheduler.running();
      const objects = await inbox.due({ now: now(), limit, exclude, excludeTenants });
      sawAll = objects.length < limit;
      for (const object of objects) void scheduler.offer(object);
    } catch (error) {
      onError(error);
    }
    const costMs = performance.now() - started;
    nextLookAt = performance.now() + Math.max(LEAST_LOOK_INTERVAL_MS, LOOK_COST_FACTOR * costMs);
  }

  async function observedRun(object: ObjectRef): Promise<void> {
    const before = wakes;
    await run(object);
    // A run that settled something has woken. One that could not claim its object has not, and an
    // immediate look would only find the same objects again.
    if (wakes !== before) look = true;
    else if (!sawAll) pauseMs = Math.min(LOOK_SOON_MS, pollMs);
  }

  /** Waits for a wake-up, the end of a run, or the next look. */
  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        look = true;
        resolve();
      }, ms);
      wakeUp = () => {
        wakeUp = () => {};
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
