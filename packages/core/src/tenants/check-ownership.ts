import { JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import { accountKey, type KnownTenant, needsAccounts, ownsAccount } from "./known-tenant.ts";

/**
 * Checks that an event belongs to the tenant. Called before a delivery is stored, and again before
 * its records are written: tenants with a common secret are separated by the account alone.
 *
 * @param tenant of the URL, or found by the event's account; `null` if there is none
 * @param viaApp whether the delivery arrived on the app-level route
 * @returns the error to quarantine the delivery with; `null` if the event belongs to the tenant
 */
export function checkOwnership(
  event: JobberEvent,
  tenant: KnownTenant | null,
  viaApp: boolean,
): JobberSyncError | null {
  if (!viaApp && tenant !== null && isAmbiguous(event, tenant))
    return new JobberSyncError("ERR_TENANT_AMBIGUOUS", needsAccounts(tenant.slug));
  if (event.kind === "snapshot") {
    if (!viaApp && tenant !== null && !tenant.sharedApp) return null;
    return new JobberSyncError(
      "ERR_SNAPSHOT_SHARED_APP",
      "A snapshot names no account, and several tenants share the app that signed it, so its tenant cannot be determined. Give the tenant a secret of its own.",
    );
  }
  if (tenant !== null && ownsAccount(tenant, event.accountId)) return null;
  return new JobberSyncError(
    "ERR_ACCOUNT_MISMATCH",
    "The delivery's account does not belong to this tenant.",
  );
}

/** Returns whether tenants with the same secret could claim the event just as well. */
function isAmbiguous(event: JobberEvent, { accounts, contested, sharedApp }: KnownTenant): boolean {
  if (sharedApp && accounts === null) return true;
  return event.kind === "notification" && contested?.has(accountKey(event.accountId)) === true;
}
