import type { JobberEvent } from "../events/jobber-event.ts";
import { topicOf } from "../events/topic-of.ts";
import type { DeliveryFacts } from "../observability/lifecycle-events.ts";
import { bodyHash, deliveryKey } from "../submissions/delivery-key.ts";

/** A verified delivery with its identity. */
export interface VerifiedDelivery extends Omit<DeliveryFacts, "sequence" | "topic"> {
  readonly topic: string | null;
  readonly deliveryKey: string;
  /** `null` for a body that is not an event. */
  readonly event: JobberEvent | null;
}

/** Returns the identity of a delivery, derived from its event. */
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

/** Returns the identity of a body that is not an event, derived from its hash. */
export function describeBody(body: Uint8Array, tenant: string): VerifiedDelivery {
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

/** Returns the facts of a delivery for hooks. */
export function factsOf(
  { tenant, objectType, objectId, topic }: VerifiedDelivery,
  sequence: number | null,
): DeliveryFacts {
  return { tenant, objectType, objectId, topic, sequence };
}
