import type { Inbox, ObjectRef, WakeOptions } from "./inbox.ts";

/** How to listen without a queue that calls. */
export interface PollingOptions extends WakeOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds between looks when nothing wakes: how late work of another process, a retry or an expired claim may start. @default 250 */
  readonly pollMs?: number;
  /** Registers a function to call when there may be work; returns how to take it back. */
  readonly onWake?: (listener: () => void) => () => void;
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
  const running = new Map<string, Promise<void>>();
  let wakeUp: () => void = () => {};
  let woken = false;
  const wake = () => {
    woken = true;
    wakeUp();
  };
  const takeBack = onWake(wake);
  signal.addEventListener("abort", wake, { once: true });

  try {
    while (!signal.aborted) {
      woken = false;
      const started = await startRuns();
      // Full, or nothing to do: wait for the end of a run, a wake-up, or the next look.
      if (!signal.aborted && (started === 0 || running.size >= concurrency)) await pause();
    }
  } finally {
    takeBack();
    await Promise.all(running.values());
  }

  async function startRuns(): Promise<number> {
    let started = 0;
    try {
      // Objects that run already may still be due (a row came meanwhile), so ask for more than there is room for.
      for (const object of await inbox.due({ now: now(), limit: concurrency + running.size })) {
        if (signal.aborted || running.size >= concurrency) break;
        const key = JSON.stringify([object.clientSlug, object.objectType, object.objectId]);
        if (running.has(key)) continue;
        started += 1;
        running.set(
          key,
          run(object).finally(() => {
            running.delete(key);
            wake();
          }),
        );
      }
    } catch (error) {
      onError(error);
    }
    return started;
  }

  function pause(): Promise<void> {
    if (woken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, pollMs);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
