import type { JobberEvent } from "../events/jobber-event.ts";
import { topicOf } from "../events/topic-of.ts";
import { bodyHash, deliveryKey } from "../submissions/delivery-key.ts";
import type { VerifiedDelivery } from "./accept.ts";

/** What a delivery is called by, from what it says. */
export function describeDelivery(
  event: JobberEvent,
  tenant: string,
): VerifiedDelivery & { readonly event: JobberEvent } {
  const named = { tenant, topic: topicOf(event), deliveryKey: deliveryKey(event), event };
  if (event.kind === "notification")
    return { ...named, objectType: event.objectType, objectId: event.itemId };
  const objectType = event.event.startsWith("job.") ? "job" : "client";
  return { ...named, objectType, objectId: event.data.id };
}

/** The same for a signed body that is no event: its hash stands for it. */
export function notAnEvent(body: Uint8Array, tenant: string): VerifiedDelivery {
  const hash = bodyHash(body);
  return {
    tenant,
    objectType: "unknown",
    objectId: hash,
    topic: null,
    deliveryKey: hash,
    event: null,
  };
}
