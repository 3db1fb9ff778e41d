import type { ChangeSettlement } from "../changes/change-feed.ts";
import type { ClaimedChange } from "../changes/record-change.ts";
import type { JobberSyncError } from "../errors.ts";
import type { ChangeFacts, Emit } from "../observability/lifecycle-events.ts";
import { failureMessage } from "../processing/failure-message.ts";

/** When a failed change is retried, and when retries end. */
export interface ChangeRetryPolicy {
  /** First delay; doubles with each failure. Milliseconds. @default 2000 */
  readonly firstDelayMs: number;
  /** Longest delay. Milliseconds. @default 3600000 */
  readonly maxDelayMs: number;
  /**
   * Tries of a change. The default lasts about 9 hours, so that an outage of your database over
   * night loses nothing. A change that is not handled blocks its record until then.
   *
   * @default 20
   */
  readonly maxAttempts: number;
}

const DEFAULT_CHANGE_RETRY: ChangeRetryPolicy = {
  firstDelayMs: 2000,
  maxDelayMs: 60 * 60 * 1000,
  maxAttempts: 20,
};

/**
 * Completes and validates a policy.
 *
 * @throws {TypeError} for a setting that is not a positive number
 */
export function checkChangeRetry(given: Partial<ChangeRetryPolicy> = {}): ChangeRetryPolicy {
  const policy = { ...DEFAULT_CHANGE_RETRY };
  for (const name of Object.keys(policy) as (keyof ChangeRetryPolicy)[]) {
    const value: unknown = given[name];
    if (value === undefined) continue;
    if (typeof value !== "number" || !(value > 0))
      throw new TypeError(`changeRetry.${name} must be a positive number.`);
    policy[name] = value;
  }
  return policy;
}

/** A settlement, and the hook to emit once it is durable. */
export interface SettledChange {
  readonly settlement: ChangeSettlement;
  readonly emission: (emit: Emit) => void;
}

/** Circumstances of a settlement. */
export interface ChangeCircumstances {
  readonly facts: ChangeFacts;
  readonly durationMs: number;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 0 to 1, for jitter. */
  readonly random: number;
  readonly retry: ChangeRetryPolicy;
}

/** Decides how a change is settled after its handler has returned (`null`) or failed. Pure. */
export function settleChange(
  { sequence, attempts: failures }: ClaimedChange,
  error: JobberSyncError | null,
  { facts, durationMs, now, random, retry }: ChangeCircumstances,
): SettledChange {
  if (error === null) {
    return {
      settlement: { sequence, state: "done" },
      emission: (emit) => emit("changeProcessed", { ...facts, durationMs }),
    };
  }
  const attempts = failures + 1;
  const { code: reason } = error;
  const failure = { sequence, attempts, reason, error: failureMessage(error) };
  const event = { ...facts, code: reason, error, durationMs };
  if (attempts >= retry.maxAttempts) {
    return {
      settlement: { ...failure, state: "dead" },
      emission: (emit) => emit("changeDead", event),
    };
  }
  const backOff = Math.min(retry.maxDelayMs, retry.firstDelayMs * 2 ** failures);
  // As for deliveries: half is fixed, half is random.
  const dueAt = now + Math.ceil(backOff / 2 + (backOff / 2) * random);
  return {
    settlement: { ...failure, state: "waiting", dueAt },
    emission: (emit) => emit("changeRetried", { ...event, dueAt }),
  };
}
