import { isJobberSyncError } from "@jobber-sync/core";
import type { ReconcileContext } from "./reconcile-context.ts";

// Webhooks matter more: their fetches find half of the bucket free.
export const RESERVED_POINTS = 5000;

const MAX_WAITS = 30;

/** Asks, and waits where Jobber's limits say so: a reconcile has time. */
export async function withRateLimitRetry<T>(
  { tenant, beforeFetch, sleep, signal, heartbeat }: ReconcileContext,
  ask: () => Promise<T>,
): Promise<T> {
  for (let waits = 0; ; waits++) {
    try {
      await heartbeat();
      await beforeFetch(tenant, signal);
      return await ask();
    } catch (error) {
      const limited =
        isJobberSyncError(error) &&
        (error.code === "ERR_API_THROTTLED" || error.code === "ERR_API_RATE_LIMITED");
      if (!limited || waits >= MAX_WAITS) throw error;
      await sleep(error.retryAfterMs ?? 1000, signal);
    }
  }
}
