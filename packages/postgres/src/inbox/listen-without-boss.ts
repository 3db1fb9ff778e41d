import { type Inbox, listenByPolling } from "@jobber-sync/core/ports";
import type { InboxContext } from "./inbox-context.ts";

/** The operations after which rows may be due. */
type Waking = Pick<Inbox, "accept" | "settle" | "refresh" | "replay" | "resume">;

/** Options of {@link listenWithoutBoss}. */
export interface PollOptions {
  /** Interval between looks for rows that this process did not announce. Milliseconds. */
  readonly pollMs: number;
}

/**
 * Replaces the wake-ups of pg-boss: workers of this process are woken by its own operations, and
 * all workers look for due rows at an interval.
 */
export function listenWithoutBoss(
  { now }: InboxContext,
  inbox: Waking & Pick<Inbox, "due">,
  { pollMs }: PollOptions,
): Waking & Pick<Inbox, "listen"> {
  const listeners = new Set<() => void>();
  const woken =
    <A extends readonly unknown[], T>(operation: (...values: A) => Promise<T>) =>
    async (...values: A): Promise<T> => {
      const result = await operation(...values);
      for (const listener of listeners) listener();
      return result;
    };
  const onWake = (listener: () => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  return {
    accept: woken(inbox.accept),
    settle: woken(inbox.settle),
    refresh: woken(inbox.refresh),
    replay: woken(inbox.replay),
    resume: woken(inbox.resume),
    listen: (run, options) => listenByPolling(inbox, run, { ...options, now, pollMs, onWake }),
  };
}
