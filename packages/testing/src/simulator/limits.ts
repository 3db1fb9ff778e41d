/** Limits per app and account. See docs/jobber-facts.md#rate-limits. */
export interface SimulatedLimits {
  /** Requests per window. @default 2500 */
  readonly requests: number;
  /** Milliseconds. @default 300000 */
  readonly windowMs: number;
  /** Capacity of the bucket, in points. @default 10000 */
  readonly maximumAvailable: number;
  /** Points restored per second. @default 500 */
  readonly restoreRate: number;
}

/** The limits that Jobber documents. */
export const JOBBER_LIMITS: SimulatedLimits = {
  requests: 2500,
  windowMs: 300_000,
  maximumAvailable: 10_000,
  restoreRate: 500,
};

/** The use that one account has made of its limits. */
export interface Meter {
  /** Counts a request. Returns false if it exceeds the limit. */
  countRequest(now: number): boolean;
  /** Returns the points in the bucket. */
  available(now: number): number;
  /** Takes points from the bucket, at most as many as it holds. */
  charge(points: number, now: number): void;
}

/** Creates the meter of one account, with a full bucket. */
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
