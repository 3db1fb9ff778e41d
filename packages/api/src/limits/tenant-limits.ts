import { JobberSyncError } from "@jobber-sync/core";
import type { ResponseCost } from "../http/parse-response.ts";

/** Waits for so many milliseconds; rejects with the signal's reason when it aborts. */
export type Sleep = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

/** What the limits of all tenants have in common. */
export interface TenantLimitsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: Sleep;
  /** Longest wait for a place. Milliseconds. */
  readonly maxWaitMs: number;
  /** Requests per tenant in five minutes. */
  readonly requests: number;
}

/** A place that was given to one request. */
interface Place {
  /** Tells what the response said of the bucket; `null` when it said nothing. To be called once. */
  done(cost: ResponseCost | null): void;
}

/** Keeps each tenant's requests below Jobber's limits (F5.3), as far as this process can know. */
export interface TenantLimits {
  /**
   * Resolves when a query that asks for `points` can be admitted.
   *
   * @param reservedPoints points to leave in the bucket, for requests that matter more
   * @throws {JobberSyncError} `ERR_API_THROTTLED` or `ERR_API_RATE_LIMITED` with `retryAfterMs` when that takes longer than `maxWaitMs`
   */
  admit(
    tenant: string,
    points: number,
    reservedPoints: number,
    signal: AbortSignal | undefined,
  ): Promise<Place>;
  /** Lets no request of the tenant out for so many milliseconds: Jobber said that there were too many. */
  block(tenant: string, ms: number): void;
}

interface State {
  points: number;
  maximum: number;
  rate: number;
  at: number;
  blockedUntil: number;
  /** Requests by slot of the window, oldest first. */
  readonly slots: { readonly start: number; count: number }[];
}

const WINDOW_MS = 300_000;
const SLOT_MS = 10_000;
const BUCKET = 10_000;
const RESTORE_RATE = 500;
// A full bucket restores nothing while requests are on their way: what is lost in a second is left unused.
const USABLE = 0.95;

/** Makes the limits of every tenant of this process. A tenant starts with a full bucket; answers correct that. */
export function createTenantLimits(options: TenantLimitsOptions): TenantLimits {
  const { now, sleep, maxWaitMs, requests } = options;
  const states = new Map<string, State>();

  function stateOf(tenant: string): State {
    const known = states.get(tenant);
    if (known !== undefined) return known;
    const at = now();
    const fresh = {
      points: BUCKET * USABLE,
      maximum: BUCKET,
      rate: RESTORE_RATE,
      at,
      blockedUntil: 0,
    };
    const state: State = { ...fresh, slots: [] };
    states.set(tenant, state);
    return state;
  }

  function refill(state: State): void {
    const at = now();
    // A clock that is set back gives nothing and takes nothing.
    state.points = Math.min(
      state.maximum * USABLE,
      state.points + (Math.max(0, at - state.at) / 1000) * state.rate,
    );
    state.at = at;
  }

  /** Milliseconds until the window has room for one more request. */
  function windowWait({ slots }: State): number {
    const at = now();
    while (slots[0] !== undefined && slots[0].start + SLOT_MS + WINDOW_MS <= at) slots.shift();
    const count = slots.reduce((sum, slot) => sum + slot.count, 0);
    return count < requests ? 0 : (slots[0]?.start ?? at) + SLOT_MS + WINDOW_MS - at;
  }

  function bucketWait(state: State, points: number, reservedPoints: number): number {
    refill(state);
    const missing = Math.min(points + reservedPoints, state.maximum * USABLE) - state.points;
    return missing <= 0 ? 0 : Math.ceil((missing / state.rate) * 1000);
  }

  function countRequest({ slots }: State): void {
    const start = now() - (now() % SLOT_MS);
    const last = slots.at(-1);
    if (last?.start === start) last.count += 1;
    else slots.push({ start, count: 1 });
  }

  return {
    async admit(tenant, points, reservedPoints, signal) {
      const state = stateOf(tenant);
      for (let waited = 0; ; ) {
        const blocked = Math.max(state.blockedUntil - now(), windowWait(state));
        const wait = Math.max(blocked, bucketWait(state, points, reservedPoints));
        if (wait <= 0) break;
        if (waited + wait > maxWaitMs) throw tooLong(blocked > 0, wait);
        await sleep(wait, signal);
        waited += wait;
      }
      state.points -= points;
      countRequest(state);
      return {
        done(cost) {
          if (cost === null) return;
          state.maximum = cost.maximumAvailable;
          state.rate = Math.max(1, cost.restoreRate);
          refill(state);
          // Charged is what the response held, not what was asked for (F5.3).
          state.points += points - cost.actualQueryCost;
          // Lower: somebody else takes from the same bucket. Higher says nothing: answers overtake one another.
          state.points = Math.min(state.points, cost.currentlyAvailable);
        },
      };
    },
    block(tenant, ms) {
      const state = stateOf(tenant);
      state.blockedUntil = Math.max(state.blockedUntil, now() + ms);
    },
  };
}

function tooLong(requests: boolean, retryAfterMs: number): JobberSyncError {
  return requests
    ? new JobberSyncError(
        "ERR_API_RATE_LIMITED",
        "The account's requests to Jobber are used up for now.",
        {
          retryAfterMs,
        },
      )
    : new JobberSyncError(
        "ERR_API_THROTTLED",
        "The account's query points at Jobber are used up for now.",
        {
          retryAfterMs,
        },
      );
}
