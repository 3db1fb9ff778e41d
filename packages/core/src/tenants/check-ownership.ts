import { JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import { type KnownTenant, ownsAccount } from "./tenant-directory.ts";

/**
 * Whether an event is the tenant's. Asked before a delivery is stored, and again before its records are written: with a shared app the
 * account is the only border between tenants.
 *
 * @param tenant of the URL, or found by the event's account; `null` when there is none
 * @param viaApp whether the delivery came by the app-level route
 * @returns what is wrong; `null` when it is the tenant's
 */
export function checkOwnership(
  event: JobberEvent,
  tenant: KnownTenant | null,
  viaApp: boolean,
): JobberSyncError | null {
  if (event.kind === "snapshot") {
    if (!viaApp && tenant !== null && !tenant.sharedApp) return null;
    return new JobberSyncError(
      "ERR_SNAPSHOT_SHARED_APP",
      "A snapshot names no account, and the app that signed it is shared by several: whose it is cannot be known. Give the tenant a secret of its own.",
    );
  }
  if (tenant !== null && ownsAccount(tenant, event.accountId)) return null;
  return new JobberSyncError(
    "ERR_ACCOUNT_MISMATCH",
    "The delivery's account is not this tenant's.",
  );
}
