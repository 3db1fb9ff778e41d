import * as z from "zod";

// Only for the error of an envelope that the plain check in read-notification.ts rejects. Snapshots
// have no schema, because a schema cannot drop the parts that are unusable. Tests compare both with
// schemas.

// 1 to 255 characters; no control characters (Cc), no lone surrogates (Cs), which no database
// stores.
const text = z
  .string()
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);
// Integers up to the largest that JSON.parse keeps exactly.
const id = z.union([text, z.int()]);

// An unreadable time is a warning, not a rejection.
const time = z.unknown().optional();

/** Jobber's envelope, `data.webHookEvent`. See docs/jobber-facts.md#envelope. */
export const notificationBody = z.object({
  topic: text,
  appId: text.nullish(),
  accountId: id,
  itemId: id.nullish(),
  occurredAt: time,
  occuredAt: time,
});
