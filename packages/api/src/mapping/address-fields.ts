import type { AddressData } from "../documents/client-fields.ts";
import { readText } from "./read-values.ts";

/** An address in the field names of records. */
export interface AddressFields {
  readonly street: string | null;
  readonly city: string | null;
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/** Maps an address; `province` becomes `state`. Every field is `null` without an address. */
export function addressFields(
  address: AddressData | null | undefined,
  path: string,
): AddressFields {
  return {
    street: readText(address?.street, `${path}.street`),
    city: readText(address?.city, `${path}.city`),
    state: readText(address?.province, `${path}.province`),
    postalCode: readText(address?.postalCode, `${path}.postalCode`),
    country: readText(address?.country, `${path}.country`),
  };
}
