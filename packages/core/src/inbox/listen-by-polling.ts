import type { Inbox, ObjectRef, WakeOptions } from "./inbox.ts";
import { objectKey } from "./object-key.ts";

/** How to listen without a queue that calls. */
export interface PollingOptions extends WakeOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds between looks when nothing wakes: how late work of another process, a retry or an expired claim may start. @default 250 */
  readonly pollMs?: number;
  /** Registers a function to call when there may be work; returns how to take it back. */
  readonly onWake?: (listener: () => void) => () => void;
}

// When a run found its object taken by another process and there may be others: soon, but not at once, for it might be for ever.
const LOOK_SOON_MS = 50;

interface Running {
  readonly object: ObjectRef;
  readonly ended: Promise<void>;
}

/**
 * Implements {@link Inbox.listen} on top of {@link Inbox.due}, for inboxes without a queue of their own: looks when woken, else every
 * `pollMs`. One object runs once at a time.
 */
export async function listenByPolling(
  inbox: Pick<Inbox, "due">,
  run: (object: ObjectRef) => Promise<void>,
  { concurrency, signal, onError, now, pollMs = 250, onWake = () => () => {} }: PollingOptions,
): Promise<void> {
  const running = new Map<string, Running>();
  let wakeUp: () => void = () => {};
  /** Whether there may be more to do than the last look saw. */
  let look = true;
  /** Whether the last look filled every slot, so that there may be others it did not see. */
  let sawAll = true;
  let pauseMs = pollMs;
  /** Counts the wake-ups: what came for an object while it ran was passed over. */
  let wakes = 0;
  const wake = () => {
    wakes += 1;
    look = true;
    wakeUp();
  };
  const takeBack = onWake(wake);
  signal.addEventListener("abort", wake, { once: true });

  try {
    while (!signal.aborted) {
      if (look && running.size < concurrency) await startRuns();
      else await pause();
    }
  } finally {
    takeBack();
    signal.removeEventListener("abort", wake);
    await Promise.all([...running.values()].map(({ ended }) => ended));
  }

  async function startRuns(): Promise<void> {
    const free = concurrency - running.size;
    const exclude = [...running.values()].map(({ object }) => object);
    look = false;
    pauseMs = pollMs;
    try {
      const objects = await inbox.due({ now: now(), limit: free, exclude });
      sawAll = objects.length < free;
      if (signal.aborted) return;
      for (const object of objects) start(object);
    } catch (error) {
      onError(error);
    }
  }

  function start(object: ObjectRef): void {
    const key = objectKey(object);
    if (running.has(key)) return;
    const before = wakes;
    const ended = run(object).finally(() => {
      running.delete(key);
      // A run that settles something wakes. One that could not take its object is not followed by the next without a pause.
      if (wakes !== before) look = true;
      else if (!sawAll) pauseMs = Math.min(LOOK_SOON_MS, pollMs);
      wakeUp();
    });
    running.set(key, { object, ended });
  }

  /** Until a wake-up, the end of a run, or the time for the next look. */
  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        look = true;
        resolve();
      }, pauseMs);
      wakeUp = () => {
        wakeUp = () => {};
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
