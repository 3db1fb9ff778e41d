import type { IncomingDelivery } from "@jobber-sync/core/ports";
import { incomingDelivery } from "@jobber-sync/testing";

/** Creates a delivery of job `objectId` of tenant `acme`, with a key made from the id. */
export function delivery(
  objectId: string,
  overrides: Partial<IncomingDelivery> = {},
): IncomingDelivery {
  return incomingDelivery(objectId, {
    deliveryKey: `key of ${objectId}`,
    body: new TextEncoder().encode(`{"id":"${objectId}"}`),
    receivedAt: 1_769_335_200_000,
    ...overrides,
  });
}
