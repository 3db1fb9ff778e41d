import type { SlotRequest } from "./inbox.ts";

/** Where a tenant's budget of API calls stands. Milliseconds since 1970. */
export interface RateLimit {
  /** The next free place for a call. */
  readonly nextSlotAt: number;
  /** When the next caller that is turned away may come back. */
  readonly nextRetryAt: number;
}

/** What became of a reservation. */
export interface Slot {
  /** See {@link Inbox.acquireSlot}. */
  readonly waitMs: number;
  /** The budget afterwards. */
  readonly budget: RateLimit;
}

/** Nobody is sent further away, and no clock that was set back can do it. Milliseconds. */
export const MAX_SLOT_WAIT_MS = 10 * 60_000;

/**
 * Decides on a place in a tenant's budget: what every inbox does inside the write of {@link Inbox.acquireSlot}. Pure.
 *
 * @param budget `null` for a tenant that has none yet
 */
export function nextSlotAt(
  budget: RateLimit | null,
  { perSecond, maxWaitMs, now }: SlotRequest,
): Slot {
  const step = 1000 / perSecond;
  const last = now + MAX_SLOT_WAIT_MS;
  const place = between(now, budget?.nextSlotAt, last);
  if (place - now <= maxWaitMs) {
    return {
      waitMs: place - now,
      // Never beyond the last: it would be taken for what a clock wrote that was set back, and places begin anew.
      budget: { nextSlotAt: Math.min(place + step, last), nextRetryAt: budget?.nextRetryAt ?? now },
    };
  }
  const turn = between(place, budget?.nextRetryAt, last);
  return {
    waitMs: turn - now,
    budget: { nextSlotAt: place, nextRetryAt: Math.min(turn + step, last) },
  };
}

/** What lies beyond the last legitimate time was written by a clock that has been set back since. */
function between(first: number, wanted: number | undefined, last: number): number {
  return wanted === undefined || wanted < first || wanted > last ? first : wanted;
}
