import { Deadline } from "./deadline.ts";

/** The deadlines of a receiver's requests. */
export interface Deadlines {
  /** Starts the deadline of a request. Call {@link end} once its response is known. */
  start(): Deadline;
  end(deadline: Deadline): void;
}

/** Creates the deadlines of requests, which all have the same length. */
export function createDeadlines(limitMs: number): Deadlines {
  return isIsolated() ? createOwnTimers(limitMs) : createSharedTimer(limitMs);
}

/**
 * One timer for all requests, which pass in the order in which they started. Two timers per request
 * took 3 % of its CPU time.
 */
function createSharedTimer(limitMs: number): Deadlines {
  const running = new Set<Deadline>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function arm(ms: number): void {
    timer = setTimeout(passAll, ms);
  }
  function passAll(): void {
    timer = undefined;
    for (const deadline of running) {
      const left = limitMs - deadline.elapsedMs;
      if (left > 0) {
        arm(Math.ceil(left));
        return;
      }
      running.delete(deadline);
      deadline.pass();
    }
  }

  return {
    start() {
      const deadline = new Deadline(limitMs);
      running.add(deadline);
      if (timer === undefined) arm(limitMs);
      else if (running.size === 1) timer.ref?.();
      return deadline;
    },
    end(deadline) {
      // Kept for the next request, but not as a reason for the process to stay.
      if (running.delete(deadline) && running.size === 0) timer?.unref?.();
    },
  };
}

/** One timer per request, for runtimes that end a request's timers with the request. */
function createOwnTimers(limitMs: number): Deadlines {
  const timers = new WeakMap<Deadline, ReturnType<typeof setTimeout>>();
  return {
    start() {
      const deadline = new Deadline(limitMs);
      timers.set(
        deadline,
        setTimeout(() => deadline.pass(), limitMs),
      );
      return deadline;
    },
    end: (deadline) => clearTimeout(timers.get(deadline)),
  };
}

function isIsolated(): boolean {
  return globalThis.navigator?.userAgent === "Cloudflare-Workers";
}
