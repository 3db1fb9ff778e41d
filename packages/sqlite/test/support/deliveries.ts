import type { IncomingDelivery } from "@jobber-sync/core/ports";

/** Creates a delivery of job `objectId` of tenant `acme`, with a key made from the id. */
export function delivery(
  objectId: string,
  overrides: Partial<IncomingDelivery> = {},
): IncomingDelivery {
  return {
    tenant: "acme",
    objectType: "job",
    objectId,
    deliveryKey: `key of ${objectId}`,
    topic: "JOB_UPDATE",
    body: new TextEncoder().encode(`{"id":"${objectId}"}`),
    receivedAt: 1_769_335_200_000,
    state: "waiting",
    reason: null,
    ...overrides,
  };
}
