/** Jobber's limits per app and account (F5.3). */
export interface SimulatedLimits {
  /** Requests per window. @default 2500 */
  readonly requests: number;
  /** Milliseconds. @default 300000 */
  readonly windowMs: number;
  /** Points the bucket holds. @default 10000 */
  readonly maximumAvailable: number;
  /** Points that come back per second. @default 500 */
  readonly restoreRate: number;
}

/** Jobber's own numbers. */
export const JOBBER_LIMITS: SimulatedLimits = {
  requests: 2500,
  windowMs: 300_000,
  maximumAvailable: 10_000,
  restoreRate: 500,
};

/** What one account has used of its limits. */
export interface Meter {
  /** Counts a request. `false`: it is one too many. */
  countRequest(now: number): boolean;
  /** Points in the bucket. */
  available(now: number): number;
  /** Takes points; they may only be as many as there are. */
  charge(points: number, now: number): void;
}

/** Makes the meter of one account. */
export function createMeter(limits: SimulatedLimits): Meter {
  const times: number[] = [];
  let first = 0;
  let points = limits.maximumAvailable;
  let at = 0;
  const available = (now: number): number => {
    points = Math.min(
      limits.maximumAvailable,
      points + (Math.max(0, now - at) / 1000) * limits.restoreRate,
    );
    at = Math.max(at, now);
    return points;
  };
  return {
    countRequest(now) {
      while (first < times.length && (times[first] ?? now) <= now - limits.windowMs) first += 1;
      if (first > 10_000) {
        times.splice(0, first);
        first = 0;
      }
      if (times.length - first >= limits.requests) return false;
      times.push(now);
      return true;
    },
    available,
    charge(cost, now) {
      points = available(now) - cost;
    },
  };
}
