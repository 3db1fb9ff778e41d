import * as z from "zod";

// Shapes only, into fresh objects without unknown keys. What the values become is done in read-snapshot.ts, in place: a zod transform per
// field costs more than the rest of parsing.

/** 1–255 characters; no control characters (Cc), no lone surrogates (Cs), which no database stores. */
const idText = z
  .string()
  .max(255)
  .regex(/^[^\p{Cc}\p{Cs}]+$/u);
/** Integers are taken up to the largest that JSON.parse keeps exactly. */
const id = z.union([idText, z.int()]);

/** Automations send phone numbers and postal codes as numbers. */
const text = z.union([z.string(), z.int()]).nullish();

/** Times and amounts: an unreadable one is a warning, not a rejection. */
const lenient = z.unknown().optional();

const address = z
  .object({ street: text, city: text, state: text, postal_code: text, country: text })
  .nullish();

const clientData = z.object({
  id,
  name: text,
  first_name: text,
  last_name: text,
  company_name: text,
  email: text,
  phone: text,
  address,
  web_uri: text,
});

const jobData = z.object({
  id,
  job_number: lenient,
  title: text,
  status: text,
  scheduled_at: lenient,
  ends_at: lenient,
  completed_at: lenient,
  total: lenient,
  web_uri: text,
  client: clientData.nullish(),
  address,
});

export const snapshotBody = z.discriminatedUnion("event", [
  z.object({
    event: z.enum(["job.created", "job.updated", "job.completed"]),
    data: jobData,
    occurred_at: lenient,
  }),
  z.object({ event: z.enum(["client.created", "client.updated"]), data: clientData }),
]);

export const notificationBody = z.object({
  topic: idText,
  appId: idText.nullish(),
  accountId: id,
  itemId: id.nullish(),
  occurredAt: lenient,
  occuredAt: lenient,
});

export type ClientData = z.infer<typeof clientData>;
export type JobData = z.infer<typeof jobData>;
export type AddressData = z.infer<typeof address>;
export type TextData = z.infer<typeof text>;
