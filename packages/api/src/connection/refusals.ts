import { JobberSyncError } from "@jobber-sync/core";
import type { Connection } from "@jobber-sync/core/ports";

/** The tenants whose fresh access tokens Jobber refuses, with a back-off each. */
export interface Refusals {
  /** @throws {JobberSyncError} `ERR_API_UNAUTHORIZED` with `retryAfterMs` during a back-off */
  check(tenant: string): void;
  /** Records the refusal of a fresh token, and returns the error to throw. */
  refused(connection: Connection): JobberSyncError;
  /** Ends the tenant's back-off. */
  accepted(tenant: string): void;
}

const FIRST_PAUSE_MS = 5000;
const MAX_PAUSE_MS = 5 * 60_000;

/** Creates the refusals of this process. Pauses double from 5 s to 5 minutes. */
export function createRefusals(now: () => number): Refusals {
  const refusals = new Map<string, { until: number; pauseMs: number; revision: string }>();

  function errorUntil(until: number): JobberSyncError {
    return new JobberSyncError(
      "ERR_API_UNAUTHORIZED",
      "Jobber refused an access token that it had just issued: an outage on its side. The next call after the back-off tries again.",
      { retryAfterMs: Math.max(1, until - now()) },
    );
  }

  return {
    check(tenant) {
      const refusal = refusals.get(tenant);
      if (refusal !== undefined && refusal.until > now()) throw errorUntil(refusal.until);
    },
    refused({ tenant, revision }) {
      const before = refusals.get(tenant);
      // Calls that were refused together count once.
      if (before?.revision === revision) return errorUntil(before.until);
      const pauseMs = Math.min(MAX_PAUSE_MS, before ? before.pauseMs * 2 : FIRST_PAUSE_MS);
      const until = now() + pauseMs;
      refusals.set(tenant, { until, pauseMs, revision });
      return errorUntil(until);
    },
    accepted(tenant) {
      refusals.delete(tenant);
    },
  };
}
