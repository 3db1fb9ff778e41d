import type { FetchReservation } from "./inbox.ts";

/** Where a tenant's budget of API calls stands. Milliseconds since 1970. */
export interface FetchBudget {
  /** The next free place for a call. */
  readonly nextPlaceAt: number;
  /** When the next caller that is turned away may come back. */
  readonly nextTurnAt: number;
}

/** What became of a reservation. */
export interface FetchPlace {
  /** See {@link Inbox.reserveFetch}. */
  readonly waitMs: number;
  /** The budget afterwards. */
  readonly budget: FetchBudget;
}

/** Nobody is sent further away, and no clock that was set back can do it. Milliseconds. */
export const LONGEST_FETCH_WAIT_MS = 10 * 60_000;

/**
 * Decides on a place in a tenant's budget: what every inbox does inside the write of {@link Inbox.reserveFetch}. Pure.
 *
 * @param budget `null` for a tenant that has none yet
 */
export function reserveFetchPlace(
  budget: FetchBudget | null,
  { perSecond, maxWaitMs, now }: FetchReservation,
): FetchPlace {
  const step = 1000 / perSecond;
  const last = now + LONGEST_FETCH_WAIT_MS;
  const place = between(now, budget?.nextPlaceAt, last);
  if (place - now <= maxWaitMs) {
    return {
      waitMs: place - now,
      // Never beyond the last: it would be taken for what a clock wrote that was set back, and places begin anew.
      budget: { nextPlaceAt: Math.min(place + step, last), nextTurnAt: budget?.nextTurnAt ?? now },
    };
  }
  const turn = between(place, budget?.nextTurnAt, last);
  return { waitMs: turn - now, budget: { nextPlaceAt: place, nextTurnAt: Math.min(turn + step, last) } };
}

/** What lies beyond the last legitimate time was written by a clock that has been set back since. */
function between(first: number, wanted: number | undefined, last: number): number {
  return wanted === undefined || wanted < first || wanted > last ? first : wanted;
}
