import type { SlotRequest } from "./inbox.ts";

/** State of a tenant's rate limit. Milliseconds since 1970. */
export interface RateLimit {
  /** The next free slot. */
  readonly nextSlotAt: number;
  /** The retry time of the next rejected caller. */
  readonly nextRetryAt: number;
}

/** Result of {@link nextSlotAt}. */
export interface Slot {
  /** See {@link Inbox.acquireSlot}. */
  readonly waitMs: number;
  /** The rate limit afterwards. */
  readonly budget: RateLimit;
}

/** The longest wait that is ever returned, even after a clock was set back. Milliseconds. */
export const MAX_SLOT_WAIT_MS = 10 * 60_000;

/**
 * Acquires a slot of a tenant's rate limit. Pure: every inbox calls it inside the write of
 * {@link Inbox.acquireSlot}.
 *
 * @param budget the stored rate limit; `null` for a new tenant
 */
export function nextSlotAt(
  budget: RateLimit | null,
  { perSecond, maxWaitMs, now }: SlotRequest,
): Slot {
  const step = 1000 / perSecond;
  const last = now + MAX_SLOT_WAIT_MS;
  const slot = between(now, budget?.nextSlotAt, last);
  if (slot - now <= maxWaitMs) {
    return {
      waitMs: slot - now,
      // Never beyond the last slot: a later one counts as written before a clock was set back, and
      // slots would start again.
      budget: { nextSlotAt: Math.min(slot + step, last), nextRetryAt: budget?.nextRetryAt ?? now },
    };
  }
  const retryAt = between(slot, budget?.nextRetryAt, last);
  return {
    waitMs: retryAt - now,
    budget: { nextSlotAt: slot, nextRetryAt: Math.min(retryAt + step, last) },
  };
}

/** Times beyond the last legitimate one were written before a clock was set back. */
function between(first: number, wanted: number | undefined, last: number): number {
  return wanted === undefined || wanted < first || wanted > last ? first : wanted;
}
