import { isJobberSyncError } from "@jobber-sync/core";
import type { ReconcileContext } from "./reconcile-context.ts";
import { withRateLimitRetry } from "./with-rate-limit-retry.ts";

const TRIES = 3;
const FIRST_PAUSE_MS = 1000;

/** Whether an error may be caused by one record of a response, or by a short outage. */
export function isFault(error: unknown): boolean {
  return (
    isJobberSyncError(error) &&
    (error.code === "ERR_API_RESPONSE" ||
      error.code === "ERR_API_NETWORK" ||
      error.code === "ERR_API_TIMEOUT")
  );
}

/** Sends a request within the rate limits, up to three times if it ends in a fault. */
export async function withFaultRetry<T>(
  context: ReconcileContext,
  send: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await withRateLimitRetry(context, send);
    } catch (error) {
      if (!isFault(error) || tries >= TRIES) throw error;
      await context.sleep(FIRST_PAUSE_MS * tries, context.signal);
    }
  }
}
