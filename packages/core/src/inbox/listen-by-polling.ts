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
// Objects per look and slot. More would save looks, but another process may take them before a slot
// is free.
const OBJECTS_PER_SLOT = 4;
/** The least interval between looks, in milliseconds and in durations of a look. */
interface Pace {
  readonly leastMs: number;
  readonly costs: number;
}
// Some tenants hold their share of the slots while others have free ones: those must not wait.
const SHARED: Pace = { leastMs: 2, costs: 2 };
// No slot is free: a look only prepares the next runs. It must not cost more than a tenth of the
// time, however long the queue it skips.
const BUSY: Pace = { leastMs: 20, costs: 10 };

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
  const limit = concurrency * OBJECTS_PER_SLOT;
  let wakeUp: () => void = () => {};
  /** Whether there may be more to do than the last look saw. */
  let look = true;
  /** Whether the last look returned everything there was. */
  let sawAll = true;
  // The oldest objects may all belong to tenants with a backlog. After a look that returned only as
  // many as were wanted, the next ones exclude its tenants, until all others have had their turn.
  const served = new Set<string>();
  let pauseMs = pollMs;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let lookCostMs = 0;
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
      const waitMs = nextLookAt() - performance.now();
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
      const excludeTenants = [...new Set([...scheduler.suppliedTenants(), ...served])];
      const exclude = scheduler.running();
      const objects = await inbox.due({ now: now(), limit, exclude, excludeTenants });
      sawAll = objects.length < limit && served.size === 0;
      if (objects.length >= limit) for (const { tenant } of objects) served.add(tenant);
      else if (served.size > 0) {
        served.clear();
        look = true;
      }
      for (const object of objects) void scheduler.offer(object);
    } catch (error) {
      onError(error);
    }
    lookedAt = performance.now();
    lookCostMs = lookedAt - started;
  }

  function nextLookAt(): number {
    const isShared = scheduler.waiting() > 0 || scheduler.running().length >= concurrency;
    if (!isShared) return lookedAt;
    const { leastMs, costs } = scheduler.hasFreeSlot() ? SHARED : BUSY;
    return lookedAt + Math.max(leastMs, costs * lookCostMs);
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
