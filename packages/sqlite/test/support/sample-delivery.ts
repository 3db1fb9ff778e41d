import type { IncomingDelivery } from "@jobber-sync/core/ports";

/** A delivery of job `objectId` of tenant `acme`; its key is the id's unless overridden. */
export function sampleDelivery(
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
