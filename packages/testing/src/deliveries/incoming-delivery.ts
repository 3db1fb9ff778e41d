import { randomUUID } from "node:crypto";
import type { IncomingDelivery } from "@jobber-sync/core/ports";

/**
 * Creates a delivery as a receiver passes it to `Inbox.accept`: a `JOB_UPDATE` of job `objectId` of
 * the tenant `acme`, waiting, with a key of its own. For tests of inboxes.
 */
export function incomingDelivery(
  objectId: string,
  overrides: Partial<IncomingDelivery> = {},
): IncomingDelivery {
  return {
    tenant: "acme",
    objectType: "job",
    objectId,
    deliveryKey: randomUUID(),
    topic: "JOB_UPDATE",
    body: new TextEncoder().encode("{}"),
    receivedAt: Date.now(),
    state: "waiting",
    reason: null,
    ...overrides,
  };
}
