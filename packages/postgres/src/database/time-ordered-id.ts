import { randomUUID } from "node:crypto";

/**
 * A UUID that begins with the time (version 7 of RFC 9562). An index over such ids grows at its end, one over random ones all over; and the
 * server does not have to ask for randomness row by row.
 */
export function timeOrderedId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}
