import { type ErrorCode, isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import { parseEvent } from "../events/parse-event.ts";
import type { ClaimedDelivery } from "../inbox/claim.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import type { DeliveryTask } from "../processing/delivery-task.ts";
import { withinRun } from "../processing/within-run.ts";
import { checkOwnership } from "../tenants/check-ownership.ts";
import type { KnownTenant } from "../tenants/known-tenant.ts";
import type { TenantDirectory } from "../tenants/tenant-directory.ts";

/** Whether a delivery is processed, and for which tenant. */
type Admission =
  | { readonly kind: "admitted"; readonly tenant: string; readonly task: DeliveryTask }
  /** Not an event, or not this tenant's. */
  | { readonly kind: "rejected"; readonly error: JobberSyncError }
  /** The tenant could not be looked up, or this worker does not know it. */
  | { readonly kind: "failed"; readonly error: JobberSyncError };

/** Parses a delivery and checks its ownership. */
export type Admit = (delivery: ClaimedDelivery) => Promise<Admission>;

/** Quarantine reasons that only a worker with tenants can reconsider. */
export const OWNERSHIP_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "ERR_ACCOUNT_MISMATCH",
  "ERR_SNAPSHOT_SHARED_APP",
  "ERR_TENANT_AMBIGUOUS",
]);

/** Failures before ownership could be checked. */
export const LOOKUP_CODES: ReadonlySet<string> = new Set<ErrorCode>([
  "ERR_TENANT_LOOKUP",
  "ERR_TENANT_UNKNOWN",
]);

/**
 * Creates the ownership check for the deliveries of one claim. Each tenant is looked up once.
 *
 * @param directory `null` for a worker without tenants: it trusts the receiver's decision, but
 * never releases what the receiver quarantined
 */
export function createAdmit(
  object: ObjectRef,
  directory: TenantDirectory | null,
  signal: AbortSignal,
): Admit {
  const found = new Map<string, Promise<KnownTenant | null>>();

  return async (delivery) => {
    const { reason } = delivery;
    try {
      const event = parseEvent(delivery.body, delivery);
      const task = readTask(delivery, event);
      const viaApp = object.tenant === "";
      if (directory === null && !viaApp) {
        return reason !== null && OWNERSHIP_CODES.has(reason)
          ? { kind: "rejected", error: tenantsMissing(reason) }
          : { kind: "admitted", tenant: object.tenant, task };
      }
      const accountId = viaApp && event.kind === "notification" ? event.accountId : null;
      const tenant = await find(accountId);
      if (tenant === null && !viaApp) return { kind: "failed", error: tenantUnknown() };
      const error = checkOwnership(event, tenant, viaApp);
      if (error !== null) return { kind: "rejected", error };
      return { kind: "admitted", tenant: tenant?.slug ?? object.tenant, task };
    } catch (error) {
      if (!isJobberSyncError(error)) throw error;
      return { kind: error.status === 422 ? "rejected" : "failed", error };
    }
  };

  function find(accountId: string | null): Promise<KnownTenant | null> {
    const key = accountId ?? "";
    let tenant = found.get(key);
    if (tenant === undefined) {
      tenant = lookUp(accountId);
      found.set(key, tenant);
    }
    return tenant;
  }

  async function lookUp(accountId: string | null): Promise<KnownTenant | null> {
    if (directory === null) return null;
    const { tenant } = object;
    const look = async () => {
      if (accountId !== null) return directory.byAccount(accountId);
      const known = await directory.bySlug(tenant);
      return known === null ? null : directory.verified(known);
    };
    try {
      return await withinRun<KnownTenant | null>(look, signal, () => lookUpFailed(undefined));
    } catch (error) {
      throw isJobberSyncError(error) ? error : lookUpFailed(error);
    }
  }
}

function readTask(
  { deliveryKey, receivedAt, sequence, attempts, recheckSince }: ClaimedDelivery,
  event: JobberEvent,
): DeliveryTask {
  return { event, deliveryKey, receivedAt, sequence, attempt: attempts + 1, recheckSince };
}

function lookUpFailed(cause: unknown): JobberSyncError {
  return new JobberSyncError("ERR_TENANT_LOOKUP", "The tenant could not be looked up.", { cause });
}

function tenantUnknown(): JobberSyncError {
  return new JobberSyncError(
    "ERR_TENANT_UNKNOWN",
    "This worker does not know the delivery's tenant. The delivery waits for a worker that does.",
  );
}

function tenantsMissing(reason: string): JobberSyncError {
  return new JobberSyncError(
    // One of NEEDS_TENANTS.
    reason as ErrorCode,
    "The delivery was quarantined, and a worker without tenants cannot check its ownership. Pass the receiver's tenants to createWorker.",
  );
}
