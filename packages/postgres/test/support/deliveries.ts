import { randomUUID } from "node:crypto";
import type { Claim, IncomingDelivery, ObjectRef, Settlement } from "@jobber-sync/core/ports";

export function delivery(
  objectId: string,
  overrides: Partial<IncomingDelivery> = {},
): IncomingDelivery {
  return {
    ...objectOf(objectId),
    deliveryKey: randomUUID(),
    topic: "JOB_UPDATE",
    body: new TextEncoder().encode("{}"),
    receivedAt: Date.now(),
    state: "waiting",
    reason: null,
    ...overrides,
  };
}

export function objectOf(objectId: string): ObjectRef {
  return { tenant: "acme", objectType: "job", objectId };
}

export function done(claim: Claim): readonly Settlement[] {
  return claim.deliveries.map(({ sequence }) => ({ sequence, state: "done" }));
}
