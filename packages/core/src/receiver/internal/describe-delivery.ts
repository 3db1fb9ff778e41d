import type { JobberEvent } from "../../event/jobber-event.ts";
import { bodyHash, deliveryKey } from "../../submission/delivery-key.ts";
import type { VerifiedDelivery } from "./accept.ts";

/** What a delivery is called by, from what it says. */
export function describeDelivery(
  event: JobberEvent,
  clientSlug: string,
): VerifiedDelivery & { readonly event: JobberEvent } {
  const key = deliveryKey(event);
  if (event.kind === "notice") {
    const { objectType, itemId, topic } = event;
    return { clientSlug, objectType, objectId: itemId, topic, deliveryKey: key, event };
  }
  const objectType = event.event.startsWith("job.") ? "job" : "client";
  return { clientSlug, objectType, objectId: event.data.id, topic: event.event, deliveryKey: key, event };
}

/** The same for a signed body that is no event: its hash stands for it. */
export function notAnEvent(body: Uint8Array, clientSlug: string): VerifiedDelivery {
  const hash = bodyHash(body);
  return { clientSlug, objectType: "unknown", objectId: hash, topic: null, deliveryKey: hash, event: null };
}
