import { JobberSyncError } from "@jobber-sync/core";
import type { ResponseCost } from "../http/parse-response.ts";

/** Waits `ms` milliseconds; rejects with the signal's reason when it aborts. */
export type Sleep = (ms: number, signal: AbortSignal | undefined) => Promise<void>;

/** Options shared by the limits of all tenants. */
export interface TenantLimitsOptions {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly sleep: Sleep;
  /** The longest wait for admission. Milliseconds. */
  readonly maxWaitMs: number;
  /** Requests per tenant in five minutes. */
  readonly requests: number;
}

/** A request that asks for admission. */
export interface AdmitRequest {
  /** The points the query is expected to request. */
  readonly points: number;
  /** Points to leave in the bucket for more important requests. */
  readonly reservedPoints: number;
  readonly signal: AbortSignal | undefined;
}

/** An admitted request. */
interface Admission {
  /** Records what the response says about the bucket; `null` when it says nothing. Call it once. */
  done(cost: ResponseCost | null): void;
}

/** Keeps each tenant's requests below Jobber's limits, as far as this process can know them. */
export interface TenantLimits {
  /**
   * Resolves when a query can be admitted.
   *
   * @throws {JobberSyncError} `ERR_API_THROTTLED` or `ERR_API_RATE_LIMITED` with `retryAfterMs`
   * when that takes longer than `maxWaitMs`
   */
  admit(tenant: string, request: AdmitRequest): Promise<Admission>;
  /** Admits no request of the tenant for `ms` milliseconds: Jobber responded 429. */
  block(tenant: string, ms: number): void;
}

interface State {
  points: number;
  maximum: number;
  rate: number;
  at: number;
  /** When the block after a 429 ends; 0 once a request has succeeded since. */
  blockedUntil: number;
  /** Whether the first request after a block is in flight. */
  probing: boolean;
  /** Requests by slot of the window, oldest first. */
  readonly slots: { readonly start: number; count: number }[];
}

const WINDOW_MS = 300_000;
const SLOT_MS = 10_000;
const BUCKET = 10_000;
const RESTORE_RATE = 500;
// A full bucket restores nothing while requests are in flight; the points of one second stay
// unused.
const USABLE = 0.95;
const PROBE_MS = 1000;

/**
 * Creates the limits of all tenants of this process. A bucket starts full; responses correct it.
 */
export function createTenantLimits(options: TenantLimitsOptions): TenantLimits {
  const { now, sleep, maxWaitMs, requests } = options;
  const states = new Map<string, State>();

  function stateOf(tenant: string): State {
    const known = states.get(tenant);
    if (known !== undefined) return known;
    const state: State = {
      points: BUCKET * USABLE,
      maximum: BUCKET,
      rate: RESTORE_RATE,
      at: now(),
      blockedUntil: 0,
      probing: false,
      slots: [],
    };
    states.set(tenant, state);
    return state;
  }

  function refill(state: State): void {
    const at = now();
    // A clock that is set back adds and removes nothing.
    const elapsedMs = Math.max(0, at - state.at);
    const points = state.points + (elapsedMs / 1000) * state.rate;
    state.points = Math.min(state.maximum * USABLE, points);
    state.at = at;
  }

  /** Returns the milliseconds until the window has room for one more request. */
  function windowWait({ slots }: State): number {
    const at = now();
    while (slots[0] !== undefined && slots[0].start + SLOT_MS + WINDOW_MS <= at) slots.shift();
    const count = slots.reduce((sum, slot) => sum + slot.count, 0);
    return count < requests ? 0 : (slots[0]?.start ?? at) + SLOT_MS + WINDOW_MS - at;
  }

  function bucketWait(state: State, { points, reservedPoints }: AdmitRequest): number {
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
    async admit(tenant, request) {
      const state = stateOf(tenant);
      const { points, signal } = request;
      for (let waited = 0; ; ) {
        const blocked = Math.max(state.blockedUntil - now(), windowWait(state));
        const wait = Math.max(blocked, bucketWait(state, request));
        if (wait <= 0) break;
        if (waited + wait > maxWaitMs) throw tooLong(blocked > 0, wait);
        await sleep(wait, signal);
        waited += wait;
      }
      // After a block one request finds out whether Jobber accepts requests again.
      const probe = state.blockedUntil > 0;
      if (probe && state.probing) throw tooLong(true, PROBE_MS);
      state.probing = probe;
      state.points -= points;
      countRequest(state);
      return {
        done(cost) {
          if (probe) state.probing = false;
          if (cost === null) return;
          if (probe) state.blockedUntil = 0;
          state.maximum = cost.maximumAvailable;
          state.rate = Math.max(1, cost.restoreRate);
          refill(state);
          // Jobber admits on the requested cost and charges the actual one.
          state.points += points - cost.actualQueryCost;
          // A lower value means another client uses the same bucket. A higher one says nothing:
          // responses overtake one another.
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
        "The account has used up its requests for this five-minute window.",
        { retryAfterMs },
      )
    : new JobberSyncError(
        "ERR_API_THROTTLED",
        "The account has used up its query points for now.",
        { retryAfterMs },
      );
}
