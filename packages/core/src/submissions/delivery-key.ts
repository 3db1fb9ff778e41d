import { createHash } from "node:crypto";
import type { JobberEvent } from "../events/jobber-event.ts";

/**
 * What identifies a delivery within its tenant, derived from its content because Jobber sends no delivery id (F1.1): for a timed notification
 * `topic:accountId:itemId:<instant>`, else {@link bodyHash}. The same delivery sent again has the same key; so may two real
 * changes within one second, which is why the key gates submissions only, never records.
 */
export function deliveryKey(event: JobberEvent): string {
  return event.kind === "notification" && event.occurredAt !== null
    ? `${event.topic}:${event.accountId}:${event.itemId}:${event.occurredAt}`
    : bodyHash(event.raw);
}

/** SHA-256 of the body, in 64 hexadecimal digits. */
export function bodyHash(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}
