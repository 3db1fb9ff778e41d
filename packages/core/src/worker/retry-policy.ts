import type { ErrorCode, JobberSyncError } from "../errors.ts";
import type { ClaimedDelivery, Settlement } from "../inbox/inbox.ts";

const SECOND_MS = 1000;
const HOUR_MS = 60 * 60 * SECOND_MS;
/** The longest that an error may ask us to wait. */
const LONGEST_WAIT_MS = 24 * HOUR_MS;

/** When a failed delivery is tried again, and when no more. */
export interface RetryPolicy {
  /** First pause; doubles with each failure. Milliseconds. @default 2000 */
  readonly firstDelayMs: number;
  /** Longest pause. Milliseconds. @default 3600000 */
  readonly maxDelayMs: number;
  /** How long a delivery is tried while source or store are at fault. Milliseconds. @default 72 hours */
  readonly maxAgeMs: number;
  /** How often one is tried whose mapping or handler fails. @default 5 */
  readonly maxAttempts: number;
}

/** The design's numbers. */
export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 2 * SECOND_MS,
  maxDelayMs: HOUR_MS,
  maxAgeMs: 72 * HOUR_MS,
  maxAttempts: 5,
};

/** @throws {TypeError} for a setting that is no positive number */
export function checkRetryPolicy(given: Partial<RetryPolicy> = {}): RetryPolicy {
  const policy = { ...DEFAULT_RETRY_POLICY };
  for (const name of Object.keys(policy) as (keyof RetryPolicy)[]) {
    const value: unknown = given[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value > 0))
      throw new TypeError(`retry.${name} must be a positive number.`);
    policy[name] = value;
  }
  return policy;
}

/** When a delivery failed, and what else its settling depends on. */
export interface FailureCircumstances {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 0 to 1, for jitter. Deliveries that failed together are given the same, so that they come back together. */
  readonly random: number;
  /** Whether somebody can resume it: a delivery that was stored without its tenant would never be found. @default true */
  readonly pausable?: boolean;
}

// The delivery's own fault, or the handler's for it: trying it for three days would only bury what it says.
const POISON: ReadonlySet<ErrorCode> = new Set(["ERR_MAPPING", "ERR_HANDLER", "ERR_API_QUERY"]);
// Jobber's limits are no failure: wait until they allow the call.
const THROTTLED: ReadonlySet<ErrorCode> = new Set(["ERR_API_THROTTLED", "ERR_API_RATE_LIMITED"]);
// Only a person can mend these; the delivery's time stops.
const PAUSING: ReadonlySet<ErrorCode> = new Set([
  "ERR_API_NEEDS_REAUTH",
  "ERR_API_DISCONNECTED",
  "ERR_TOKEN_DECRYPT",
]);

/** What is to become of a delivery that failed. Pure. */
export function settleFailure(
  delivery: ClaimedDelivery,
  error: JobberSyncError,
  policy: RetryPolicy,
  { now, random, pausable = true }: FailureCircumstances,
): Settlement {
  const { sequence, recheckSince } = delivery;
  const { code: reason } = error;
  if (pausable && PAUSING.has(reason))
    return { sequence, state: "paused", attempts: delivery.attempts, reason };
  // A store that says itself that trying again is no use was given something that it cannot hold.
  const poison = POISON.has(reason) || (reason === "ERR_STORE" && !error.retryable);
  const throttled = THROTTLED.has(reason);
  const attempts = delivery.attempts + (poison ? 1 : 0);
  const retries = delivery.retries + (poison || throttled ? 0 : 1);
  const age = now - delivery.startedAt - delivery.pausedMs;
  const spent = poison ? attempts >= policy.maxAttempts : !throttled && age >= policy.maxAgeMs;
  if (spent) return { sequence, state: "dead", attempts, reason };
  const failures = throttled ? 0 : attempts + retries - 1;
  const backOff = Math.min(policy.maxDelayMs, policy.firstDelayMs * 2 ** failures);
  // Half of it is fixed, so that no retry comes at once; half is random, so that they do not come together.
  const jittered = backOff / 2 + (backOff / 2) * random;
  const asked = askedFor(error.retryAfterMs);
  const dueAt = now + Math.ceil(throttled ? (asked ?? jittered) : Math.max(asked ?? 0, jittered));
  return { sequence, state: "waiting", dueAt, attempts, retries, recheckSince, reason };
}

/** How long an error asks to wait; a source of somebody's own may have made anything of a header. */
function askedFor(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : undefined;
}
