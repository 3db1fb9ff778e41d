import { setTimeout as delayFor } from "node:timers/promises";
import type { Inbox, PurgeOptions } from "../inbox/inbox.ts";

const PURGE_EVERY_MS = 60 * 60 * 1000;

/** Purges the inbox at once and then every hour, until the signal aborts. Never rejects. */
export async function purgeRegularly(
  inbox: Inbox,
  {
    retention,
    now,
    signal,
    onError,
  }: {
    readonly retention: Omit<PurgeOptions, "now" | "signal"> | undefined;
    readonly now: () => number;
    readonly signal: AbortSignal;
    readonly onError: (error: unknown) => void;
  },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await inbox.purge({ ...retention, now: now(), signal });
    } catch (error) {
      onError(error);
    }
    await delayFor(PURGE_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}
