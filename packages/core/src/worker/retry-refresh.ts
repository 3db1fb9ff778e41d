import type { ErrorCode, JobberSyncError } from "../errors.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import type { ClaimedRefresh, ObjectRefresh } from "../inbox/refresh.ts";
import { type RetryPolicy, settleFailure } from "./retry-policy.ts";

/** Circumstances of a refresh that failed. */
export interface RefreshFailure {
  readonly error: JobberSyncError;
  readonly policy: RetryPolicy;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** 0 to 1, for jitter. */
  readonly random: number;
  /** Whether the worker is stopping: what failed then is not a failure. */
  readonly stopped: boolean;
}

/**
 * Decides when a refresh that failed is tried again, like a delivery. While the tenant has to
 * authorize again, it waits for the longest delay. Pure.
 *
 * @returns `null` once retries are exhausted
 */
export function retryRefresh(
  object: ObjectRef,
  { revision: _, ...refresh }: ClaimedRefresh,
  { error, policy, now, random, stopped }: RefreshFailure,
): ObjectRefresh | null {
  const { tenant, objectType, objectId } = object;
  const request = { tenant, objectType, objectId, ...refresh };
  if (stopped) return request;
  const settlement = settleFailure(asDelivery(refresh.retries), error, policy, { now, random });
  if (settlement.state === "waiting")
    return { ...request, dueAt: settlement.dueAt, retries: settlement.retries };
  if (settlement.state !== "paused") return null;
  return { ...request, dueAt: now + policy.maxDelayMs, retries: refresh.retries };
}

/** The retries alone decide about the age, because a refresh that is merged has no start. */
function asDelivery(retries: number) {
  return {
    sequence: 0,
    deliveryKey: "",
    body: new Uint8Array(),
    receivedAt: 0,
    startedAt: 0,
    attempts: 0,
    retries,
    recheckSince: null,
    pausedMs: 0,
    reason: null,
  };
}

/** Failures that are expected while a limit is reached. */
export const LIMIT_CODES: ReadonlySet<ErrorCode> = new Set([
  "ERR_API_THROTTLED",
  "ERR_API_RATE_LIMITED",
]);
