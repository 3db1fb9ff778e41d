import { JobberSyncError } from "@jobber-sync/core";
import type { ParsedResponse, ResponseCost } from "./parse-response.ts";

/** Jobber's message for an account that disconnected the app. */
export const DISCONNECTED = /disconnected this app/i;
/** Jobber's messages for an access token it does not accept. */
export const UNAUTHORIZED =
  /token not recogni[sz]ed|invalid token|token (?:has )?expired|unauthenticated/i;

// Jobber documents no Retry-After. Half a minute restores a tenth of the 300 s window.
const RATE_LIMIT_WAIT_MS = 30_000;
const MAX_WAIT_MS = 300_000;

/**
 * Creates the error for a response that says nothing usable: retryable, never the query's fault.
 */
export function outage(message: string): JobberSyncError {
  return new JobberSyncError("ERR_API_RESPONSE", message);
}

/** Creates the error for a rejected access token. */
export function unauthorized(): JobberSyncError {
  return new JobberSyncError("ERR_API_UNAUTHORIZED", "Jobber rejected the access token.");
}

/** Creates the error for an account that disconnected the app. */
export function disconnected(): JobberSyncError {
  return new JobberSyncError("ERR_API_DISCONNECTED", "The account disconnected the app in Jobber.");
}

/** Creates the error for HTTP 429, with the wait from `Retry-After` when Jobber sends one. */
export function rateLimited({ headers }: ParsedResponse): JobberSyncError {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const asked = seconds >= 0 ? Math.min(MAX_WAIT_MS, seconds * 1000) : RATE_LIMIT_WAIT_MS;
  return new JobberSyncError("ERR_API_RATE_LIMITED", "Too many requests for this Jobber account.", {
    retryAfterMs: Math.max(1000, asked),
  });
}

/** Creates the error for a query that Jobber throttled, with the time until it can be admitted. */
export function throttled(cost: ResponseCost | null): JobberSyncError {
  if (cost !== null && cost.requestedQueryCost > cost.maximumAvailable) {
    return new JobberSyncError(
      "ERR_API_QUERY",
      "The query costs more points than Jobber allows for a single query.",
    );
  }
  return new JobberSyncError("ERR_API_THROTTLED", "Jobber throttled a query of this account.", {
    retryAfterMs: cost === null ? 1000 : Math.max(100, restoreTime(cost)),
  });
}

/** Returns the milliseconds until the bucket holds enough points for the query. */
function restoreTime({ requestedQueryCost, currentlyAvailable, restoreRate }: ResponseCost) {
  const missing = requestedQueryCost - currentlyAvailable;
  return Math.min(MAX_WAIT_MS, Math.ceil((missing / Math.max(restoreRate, 1)) * 1000));
}
