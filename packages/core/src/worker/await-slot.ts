import { setTimeout as delayFor } from "node:timers/promises";
import { JobberSyncError } from "../errors.ts";
import type { Inbox } from "../inbox/inbox.ts";
import { callStore } from "../processing/write-change.ts";

/** The rate limit of API calls, and how long a run waits for it. */
export interface AwaitSlotOptions {
  readonly inbox: Inbox;
  readonly perSecond: number;
  readonly maxWaitMs: number;
  readonly now: () => number;
}

/**
 * Waits for a slot in the tenant's rate limit.
 *
 * @throws {JobberSyncError} `ERR_API_THROTTLED` when the next slot is more than `maxWaitMs` away or
 * the signal aborts; `ERR_STORE…` when the inbox fails
 */
export async function awaitSlot(
  tenant: string,
  { inbox, perSecond, maxWaitMs, now }: AwaitSlotOptions,
  signal: AbortSignal,
): Promise<void> {
  const request = { perSecond, maxWaitMs, now: now() };
  const waitMs = await callStore(() => inbox.acquireSlot(tenant, request), signal);
  if (waitMs > maxWaitMs) throw throttled(waitMs);
  if (waitMs > 0) {
    await delayFor(waitMs, undefined, { signal }).catch(() => {
      throw throttled(waitMs);
    });
  }
}

function throttled(retryAfterMs: number): JobberSyncError {
  return new JobberSyncError("ERR_API_THROTTLED", "The tenant's rate limit is exhausted.", {
    retryAfterMs,
  });
}
