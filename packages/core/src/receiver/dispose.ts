import { isJobberSyncError, type JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import { parseEvent } from "../events/parse-event.ts";
import { checkOwnership } from "../tenants/check-ownership.ts";
import type { KnownTenant } from "../tenants/known-tenant.ts";
import type { TenantDirectory } from "../tenants/tenant-directory.ts";
import type { Deadline } from "./deadline.ts";
import { describeBody, describeDelivery, type VerifiedDelivery } from "./describe-delivery.ts";
import { lookUp } from "./look-up.ts";

/** The way a verified delivery is handled. */
export type Disposition =
  | {
      readonly kind: "accept";
      readonly delivery: VerifiedDelivery & { readonly event: JobberEvent };
    }
  | {
      readonly kind: "quarantine";
      readonly error: JobberSyncError;
      readonly delivery: VerifiedDelivery;
    }
  | { readonly kind: "ignore"; readonly reason: string; readonly delivery: VerifiedDelivery };

/** Parses a verified body and decides how to handle it. Has no effect. */
export type Dispose = (
  delivery: ReceivedBody,
  tenant: KnownTenant | null,
  deadline: Deadline,
) => Disposition | Promise<Disposition>;

/** A verified body. */
export interface ReceivedBody {
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
}

/** @param isWanted returns whether notifications with a topic are acted on */
export function createDispose(
  directory: TenantDirectory,
  isWanted: (topic: string) => boolean,
): Dispose {
  return ({ body, receivedAt }, tenant, deadline) => {
    const event = readEvent(body, receivedAt);
    if (isJobberSyncError(event))
      return { kind: "quarantine", error: event, delivery: describeBody(body, tenant?.slug ?? "") };
    const owner = ownerOf(event, tenant, deadline);
    // The owner of a listed tenant's delivery is known without waiting.
    return owner instanceof Promise
      ? owner.then((found) => disposeFor(event, found, tenant === null))
      : disposeFor(event, owner, tenant === null);
  };

  function disposeFor(event: JobberEvent, owner: KnownTenant | null, viaApp: boolean): Disposition {
    const delivery = describeDelivery(event, owner?.slug ?? "");
    const error = checkOwnership(event, owner, viaApp);
    if (error !== null) return { kind: "quarantine", error, delivery };
    return event.kind === "notification" && !isWanted(event.topic)
      ? { kind: "ignore", reason: "topic", delivery }
      : { kind: "accept", delivery };
  }

  function ownerOf(
    event: JobberEvent,
    tenant: KnownTenant | null,
    deadline: Deadline,
  ): KnownTenant | null | Promise<KnownTenant | null> {
    if (tenant !== null) return lookUp(() => directory.verified(tenant), deadline);
    return event.kind === "notification"
      ? lookUp(() => directory.byAccount(event.accountId), deadline)
      : null;
  }
}

function readEvent(body: Uint8Array, receivedAt: number): JobberEvent | JobberSyncError {
  try {
    return parseEvent(body, { receivedAt });
  } catch (error) {
    if (isJobberSyncError(error)) return error;
    throw error;
  }
}
