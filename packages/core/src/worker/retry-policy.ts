import type { ErrorCode, JobberSyncError } from "../errors.ts";
import type { ClaimedDelivery, Settlement } from "../inbox/inbox.ts";

const SECOND_MS = 1000;
const HOUR_MS = 60 * 60 * SECOND_MS;

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

// The delivery's own fault, or the handler's for it: trying it for three days would only bury what it says.
const POISON: ReadonlySet<ErrorCode> = new Set(["ERR_MAPPING", "ERR_HANDLER", "ERR_API_QUERY"]);
// Jobber's limits are no failure: wait until they allow the call.
const THROTTLED: ReadonlySet<ErrorCode> = new Set(["ERR_API_THROTTLED", "ERR_API_RATE_LIMITED"]);
// Only a person can mend these; the delivery's time stops.
const PAUSING: ReadonlySet<ErrorCode> = new Set(["ERR_API_NEEDS_REAUTH", "ERR_API_DISCONNECTED"]);

/** What is to become of a delivery that failed. Pure. */
export function settleFailure(
  delivery: ClaimedDelivery,
  error: JobberSyncError,
  policy: RetryPolicy,
  { now, random }: { readonly now: number; readonly random: number },
): Settlement {
  const { sequence, recheckSince } = delivery;
  const { code: reason } = error;
  if (PAUSING.has(reason)) return { sequence, state: "paused", attempts: delivery.attempts, reason };
  const poison = POISON.has(reason);
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
  const dueAt =
    now +
    Math.ceil(
      Math.max(error.retryAfterMs ?? 0, throttled && error.retryAfterMs !== undefined ? 0 : jittered),
    );
  return { sequence, state: "waiting", dueAt, attempts, retries, recheckSince, reason };
}
