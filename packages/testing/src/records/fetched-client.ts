import type { Instant } from "@jobber-sync/core";
import { CONTACT_FIELDS, type ContactFields, type FetchedClient } from "@jobber-sync/core/ports";

/** Fields of a fetched client. Fields that are left out are `null`. */
export interface FetchedClientOptions extends Partial<ContactFields> {
  /** @default null */
  readonly sourceUpdatedAt?: Instant | null | undefined;
}

/**
 * Creates a client as a `RecordSource` returns it, with every field. Like `fetchedJob`, for
 * clients.
 */
export function fetchedClient(
  jobberClientId: string,
  { sourceUpdatedAt = null, ...fields }: FetchedClientOptions = {},
): FetchedClient {
  const nothing = Object.fromEntries(
    CONTACT_FIELDS.filter((field) => field !== "extra").map((field) => [field, null]),
  ) as unknown as ContactFields;
  return { jobberClientId, sourceUpdatedAt, fields: { ...nothing, ...fields } };
}
