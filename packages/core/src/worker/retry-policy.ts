import type { ErrorCode, JobberSyncError } from "../errors.ts";
import type { ClaimedDelivery, Settlement } from "../inbox/claim.ts";

const SECOND_MS = 1000;
const HOUR_MS = 60 * 60 * SECOND_MS;
/** Upper bound for `retryAfterMs`. */
const LONGEST_WAIT_MS = 24 * HOUR_MS;

/** When a failed delivery is retried, and when retries end. */
export interface RetryPolicy {
  /** First delay; doubles with each failure. Milliseconds. @default 2000 */
  readonly firstDelayMs: number;
  /** Longest delay. Milliseconds. @default 3600000 */
  readonly maxDelayMs: number;
  /**
   * Duration for which a delivery is retried while the source or the store fails. Milliseconds.
   * Measured by the clock as far as the delays between the tries confirm it.
   *
   * @default 72 hours
   */
  readonly maxAgeMs: number;
  /** Maximum number of attempts for a delivery whose mapping or handler fails. @default 5 */
  readonly maxAttempts: number;
}

export const DEFAULT_RETRY_POLICY: RetryPolicy = {
  firstDelayMs: 2 * SECOND_MS,
  maxDelayMs: HOUR_MS,
  maxAgeMs: 72 * HOUR_MS,
  maxAttempts: 5,
};

/**
 * Completes and validates a policy.
 *
 * @throws {TypeError} for a setting that is not a positive number
 */
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

/** Circumstances of a failure. */
export interface FailureCircumstances {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 0 to 1, for jitter. Deliveries that fail together share it, so that they retry together. */
  readonly random: number;
  /**
   * Whether the delivery can be resumed: one stored without a tenant would never be.
   *
   * @default true
   */
  readonly pausable?: boolean;
}

// The delivery's own fault. Retrying for three days would only hide the error.
const POISON: ReadonlySet<ErrorCode> = new Set(["ERR_MAPPING", "ERR_HANDLER", "ERR_API_QUERY"]);
// Jobber's limits are not failures: wait until they allow the call.
const THROTTLED: ReadonlySet<ErrorCode> = new Set(["ERR_API_THROTTLED", "ERR_API_RATE_LIMITED"]);
// Only a person can fix these, by connecting again. The delivery's age stops until `resume`.
const PAUSING: ReadonlySet<ErrorCode> = new Set([
  "ERR_API_NEEDS_REAUTH",
  "ERR_API_DISCONNECTED",
  "ERR_API_PERMISSION",
  "ERR_TOKEN_DECRYPT",
]);
// A worker of a newer or older deployment knows the tenant. Waiting is not failing.
const UNKNOWN_TENANT: ErrorCode = "ERR_TENANT_UNKNOWN";

/** Settlement of a delivery that failed. */
export type FailureSettlement = Exclude<Settlement, { readonly state: "done" }>;

/** Decides how a failed delivery is settled. Pure. */
export function settleFailure(
  delivery: ClaimedDelivery,
  error: JobberSyncError,
  policy: RetryPolicy,
  { now, random, pausable = true }: FailureCircumstances,
): FailureSettlement {
  const { sequence, recheckSince } = delivery;
  const { code: reason } = error;
  const age = now - delivery.startedAt - delivery.pausedMs;
  if (pausable && PAUSING.has(reason))
    return { sequence, state: "paused", attempts: delivery.attempts, reason };
  if (reason === UNKNOWN_TENANT) {
    const { attempts, retries } = delivery;
    const delayMs = Math.min(policy.maxDelayMs, Math.max(policy.firstDelayMs, age / 10));
    const dueAt = now + Math.ceil(delayMs);
    return { sequence, state: "waiting", dueAt, attempts, retries, recheckSince, reason };
  }
  // A store error that is not retryable means the store cannot hold this delivery.
  const poison = POISON.has(reason) || (reason === "ERR_STORE" && !error.retryable);
  const throttled = THROTTLED.has(reason);
  const attempts = delivery.attempts + (poison ? 1 : 0);
  const retries = delivery.retries + (poison || throttled ? 0 : 1);
  const wait = waitOf(error.retryAfterMs);
  const isDead = poison
    ? attempts >= policy.maxAttempts
    : !throttled && isTooOld(age, delivery, policy, wait);
  if (isDead) return { sequence, state: "dead", attempts, reason };
  const failures = throttled ? 0 : attempts + retries - 1;
  const backOff = delayAfter(failures, policy);
  // Half is fixed, so that no retry is immediate; half is random, so that retries spread out.
  const jittered = backOff / 2 + (backOff / 2) * random;
  const dueAt = now + Math.ceil(throttled ? (wait ?? jittered) : Math.max(wait ?? 0, jittered));
  return { sequence, state: "waiting", dueAt, attempts, retries, recheckSince, reason };
}

/**
 * Whether a delivery was retried for `maxAgeMs`. A clock that jumps by years must not age it, so
 * the clock is believed only as far as the delays of its earlier failures allow: each lasted
 * between half and all of its back-off, or as long as the error asked for.
 */
function isTooOld(
  age: number,
  { attempts, retries }: ClaimedDelivery,
  policy: RetryPolicy,
  waitMs = 0,
): boolean {
  let leastMs = 0;
  let mostMs = 0;
  for (let failures = 0; failures < attempts + retries; failures += 1) {
    const backOff = delayAfter(failures, policy);
    leastMs += backOff / 2;
    mostMs += Math.max(backOff, waitMs);
  }
  return Math.max(leastMs, Math.min(age, mostMs)) >= policy.maxAgeMs;
}

/** The longest delay after the first failure (0) or a later one. */
function delayAfter(failures: number, { firstDelayMs, maxDelayMs }: RetryPolicy): number {
  return Math.min(maxDelayMs, firstDelayMs * 2 ** failures);
}

/** Bounds `retryAfterMs`, which a custom source may have parsed from any header. */
function waitOf(ms: number | undefined): number | undefined {
  return ms !== undefined && ms > 0 ? Math.min(ms, LONGEST_WAIT_MS) : undefined;
}
