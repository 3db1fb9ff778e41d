import type { Claim, ObjectRef, Settlement } from "@jobber-sync/core/ports";

export { incomingDelivery as delivery } from "@jobber-sync/testing";

export function objectOf(objectId: string): ObjectRef {
  return { tenant: "acme", objectType: "job", objectId };
}

export function done(claim: Claim): readonly Settlement[] {
  return claim.deliveries.map(({ sequence }) => ({ sequence, state: "done" }));
}
