import { createHash } from "node:crypto";
import type { JobberEvent } from "../events/jobber-event.ts";

/**
 * Returns the key of a delivery within its tenant, derived from its content because Jobber sends no
 * delivery id: `topic:accountId:itemId:<instant>` for a notification with a time, else
 * {@link bodyHash}. A repeated delivery has the same key, but so may two changes within one second:
 * the key therefore deduplicates submissions, never records. See docs/jobber-facts.md#envelope.
 */
export function deliveryKey(event: JobberEvent): string {
  return event.kind === "notification" && event.occurredAt !== null
    ? `${event.topic}:${event.accountId}:${event.itemId}:${event.occurredAt}`
    : bodyHash(event.raw);
}

/** Returns the SHA-256 of a body in 64 hexadecimal digits. */
export function bodyHash(body: Uint8Array): string {
  return createHash("sha256").update(body).digest("hex");
}
