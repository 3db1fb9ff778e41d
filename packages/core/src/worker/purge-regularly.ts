import { setTimeout as delayFor } from "node:timers/promises";
import type { ChangeFeed } from "../changes/change-feed.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { RetentionOptions } from "./options.ts";

const PURGE_EVERY_MS = 60 * 60 * 1000;

/** Options of {@link purgeRegularly}. */
export interface RegularPurge {
  readonly inbox: Inbox;
  readonly feed: ChangeFeed | undefined;
  readonly retention: RetentionOptions | undefined;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** Purges inbox and feed at once and then every hour, until the signal aborts. Never rejects. */
export async function purgeRegularly({
  inbox,
  feed,
  retention: { changesAfterMs, ...retention } = {},
  now,
  signal,
  onError,
}: RegularPurge): Promise<void> {
  while (!signal.aborted) {
    await inbox.purge({ ...retention, now: now(), signal }).catch(onError);
    await feed?.purge({ doneAfterMs: changesAfterMs, now: now(), signal }).catch(onError);
    await delayFor(PURGE_EVERY_MS, undefined, { signal, ref: false }).catch(() => {});
  }
}
