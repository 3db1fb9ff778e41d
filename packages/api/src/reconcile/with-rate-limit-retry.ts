import { isJobberSyncError } from "@jobber-sync/core";
import type { ReconcileContext } from "./reconcile-context.ts";

/** Points that page reads leave in the bucket: half of it, for the fetches of webhooks. */
export const RESERVED_POINTS = 5000;

const MAX_WAITS = 30;

/** Sends a request, and waits and repeats it while Jobber's limits reject it. */
export async function withRateLimitRetry<T>(
  { tenant, beforeFetch, sleep, signal, heartbeat }: ReconcileContext,
  send: () => Promise<T>,
): Promise<T> {
  for (let waits = 0; ; waits++) {
    try {
      await heartbeat();
      await beforeFetch(tenant, signal);
      return await send();
    } catch (error) {
      const limited =
        isJobberSyncError(error) &&
        (error.code === "ERR_API_THROTTLED" || error.code === "ERR_API_RATE_LIMITED");
      if (!limited || waits >= MAX_WAITS) throw error;
      await sleep(error.retryAfterMs ?? 1000, signal);
    }
  }
}
