import type { Instant } from "../time/instant.ts";

/** What we keep of a Jobber client, which is our Contact. Every field Jobber did not give is `null`. */
export interface ContactRecord {
  /** The tenant. Part of every key: rows of two tenants never meet. */
  readonly tenant: string;
  /** Jobber's id, opaque: stored and compared as sent, never decoded or translated (F4). */
  readonly jobberClientId: string;
  readonly name: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  /** The primary address. */
  readonly email: string | null;
  /** The primary number, as Jobber formats it. */
  readonly phone: string | null;
  readonly isLead: boolean | null;
  readonly isArchived: boolean | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  readonly webUri: string | null;
  readonly sourceCreatedAt: Instant | null;
  /** When the source last changed the record; `null` when no full write said so. */
  readonly sourceUpdatedAt: Instant | null;
  /** Set on a tombstone: when the record was deleted in Jobber. */
  readonly deletedAt: Instant | null;
}

/** The fields of a contact that a write may carry. `sourceUpdatedAt` and `deletedAt` travel beside them. */
export type ContactFields = Omit<
  ContactRecord,
  "tenant" | "jobberClientId" | "sourceUpdatedAt" | "deletedAt"
>;

/** The names in {@link ContactFields}, in the order of the table's columns. */
export const CONTACT_FIELDS = [
  "name",
  "firstName",
  "lastName",
  "companyName",
  "email",
  "phone",
  "isLead",
  "isArchived",
  "street",
  "city",
  "state",
  "postalCode",
  "country",
  "webUri",
  "sourceCreatedAt",
] as const satisfies readonly (keyof ContactFields)[];
