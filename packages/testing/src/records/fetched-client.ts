import type { Instant } from "@jobber-sync/core";
import { CONTACT_FIELDS, type ContactFields, type FetchedClient } from "@jobber-sync/core/ports";

/** What a test says of a client; the rest is `null`. */
export interface FetchedClientOptions extends Partial<ContactFields> {
  /** @default null */
  readonly sourceUpdatedAt?: Instant | null;
}

/** A client as a source has it: every field given, those that are not named as `null`. As `fetchedJob` for jobs. */
export function fetchedClient(
  jobberClientId: string,
  { sourceUpdatedAt = null, ...fields }: FetchedClientOptions = {},
): FetchedClient {
  const nothing = Object.fromEntries(
    CONTACT_FIELDS.map((field) => [field, null]),
  ) as unknown as ContactFields;
  return { jobberClientId, sourceUpdatedAt, fields: { ...nothing, ...fields } };
}
