import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import { parseEvent } from "../events/parse-event.ts";
import type { ClaimedDelivery, ObjectRef } from "../inbox/inbox.ts";
import type { DeliveryTask } from "../processing/delivery-task.ts";
import { withinRun } from "../processing/within-run.ts";
import { checkOwnership } from "../tenants/check-ownership.ts";
import type { KnownTenant, TenantDirectory } from "../tenants/tenant-directory.ts";

/** Whether a delivery is worked on, and for which tenant. */
type Admission =
  | { readonly kind: "admitted"; readonly slug: string; readonly task: DeliveryTask }
  /** It is no event, or not this tenant's. */
  | { readonly kind: "rejected"; readonly error: JobberSyncError }
  /** That could not be found out now. */
  | { readonly kind: "failed"; readonly error: JobberSyncError };

/** Reads a delivery again and checks whose it is. */
export type Admit = (delivery: ClaimedDelivery) => Promise<Admission>;

/** What it takes to judge whose an event is; without tenants a worker takes the receiver's word, but never for what that had put aside. */
const NEEDS_TENANTS = new Set(["ERR_ACCOUNT_MISMATCH", "ERR_SNAPSHOT_SHARED_APP"]);

/**
 * Makes the judge of the deliveries of one claim. A tenant is looked up once.
 *
 * @param directory `null` for a worker that was given no tenants
 */
export function createAdmit(
  object: ObjectRef,
  directory: TenantDirectory | null,
  signal: AbortSignal,
): Admit {
  const found = new Map<string, Promise<KnownTenant | null>>();

  return async ({ body, deliveryKey, receivedAt, sequence, recheckSince, reason }) => {
    try {
      const event = parseEvent(body);
      const task = { event, deliveryKey, receivedAt, sequence, rechecked: recheckSince !== null };
      const viaApp = object.tenant === "";
      if (directory === null && !viaApp) {
        return reason !== null && NEEDS_TENANTS.has(reason)
          ? { kind: "rejected", error: unjudged(reason) }
          : { kind: "admitted", slug: object.tenant, task };
      }
      const accountId = viaApp && event.kind === "notification" ? event.accountId : null;
      const tenant = await find(accountId);
      const error = checkOwnership(event, tenant, viaApp);
      if (error !== null) return { kind: "rejected", error };
      return { kind: "admitted", slug: tenant?.slug ?? object.tenant, task };
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
    const look = () =>
      accountId === null ? directory.bySlug(tenant) : directory.byAccount(accountId);
    try {
      return await withinRun<KnownTenant | null>(look, signal, () => lookUpFailed(undefined));
    } catch (error) {
      throw isJobberSyncError(error) ? error : lookUpFailed(error);
    }
  }
}

function lookUpFailed(cause: unknown): JobberSyncError {
  return new JobberSyncError("ERR_TENANT_LOOKUP", "The tenant could not be looked up.", { cause });
}

function unjudged(reason: string): JobberSyncError {
  return new JobberSyncError(
    reason === "ERR_ACCOUNT_MISMATCH" ? "ERR_ACCOUNT_MISMATCH" : "ERR_SNAPSHOT_SHARED_APP",
    "The delivery had been quarantined, and a worker without tenants cannot judge whose it is. Give createWorker the receiver's tenants.",
  );
}
