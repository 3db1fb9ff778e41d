import { type Inbox, listenByPolling } from "@jobber-sync/core/ports";

/** Options of {@link createListen}. */
export interface ListenOptions {
  readonly due: Inbox["due"];
  /** Time between looks for work that nothing in this process announced. Milliseconds. */
  readonly pollMs: number;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Functions that wake the listeners of this process. */
  readonly wakes: Set<() => void>;
  /** Ends all listening when the database closes. */
  readonly closing: AbortSignal;
}

/** Creates `listen`. */
export function createListen({ due, pollMs, now, wakes, closing }: ListenOptions): Inbox["listen"] {
  return (run, options) =>
    listenByPolling({ due }, run, {
      ...options,
      signal: AbortSignal.any([options.signal, closing]),
      now,
      pollMs,
      onWake(listener) {
        wakes.add(listener);
        return () => wakes.delete(listener);
      },
    });
}
