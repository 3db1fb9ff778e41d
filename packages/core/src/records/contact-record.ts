import type { Instant } from "../time/instant.ts";
import type { Extra } from "./extra.ts";

/**
 * A Jobber client, stored as a Contact. Fields that Jobber did not provide are `null`.
 *
 * @typeParam E type of {@link ContactRecord.extra}, not checked against what is stored
 */
export interface ContactRecord<E extends object = Extra> {
  /** Part of every key, so that rows of two tenants never mix. */
  readonly tenant: string;
  /** Jobber's id: opaque, with its padding. See docs/jobber-facts.md#encoded-ids. */
  readonly jobberClientId: string;
  readonly name: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  /** The primary e-mail address. */
  readonly email: string | null;
  /** The primary phone number, as Jobber formats it. */
  readonly phone: string | null;
  readonly isCompany: boolean | null;
  readonly isLead: boolean | null;
  readonly isArchived: boolean | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
  readonly webUri: string | null;
  readonly sourceCreatedAt: Instant | null;
  /**
   * Data of your `extra.client` selection; `null` until it was read. See docs/records.md#extra.
   */
  readonly extra: E | null;
  /** When the source last changed the record; `null` if no complete write has said so. */
  readonly sourceUpdatedAt: Instant | null;
  /** When the record was deleted in Jobber; `null` while it exists. */
  readonly deletedAt: Instant | null;
}

/** The fields of a contact in a write. `sourceUpdatedAt` and `deletedAt` are separate. */
export type ContactFields<E extends object = Extra> = Omit<
  ContactRecord<E>,
  "tenant" | "jobberClientId" | "sourceUpdatedAt" | "deletedAt"
>;

/** The names in {@link ContactFields}, in column order. */
export const CONTACT_FIELDS = [
  "name",
  "firstName",
  "lastName",
  "companyName",
  "email",
  "phone",
  "isCompany",
  "isLead",
  "isArchived",
  "street",
  "city",
  "state",
  "postalCode",
  "country",
  "webUri",
  "sourceCreatedAt",
  "extra",
] as const satisfies readonly (keyof ContactFields)[];
