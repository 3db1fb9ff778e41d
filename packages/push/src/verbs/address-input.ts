import type { AddressNode } from "../documents/nodes.ts";

/** The fields of an address, and Jobber's names for them. */
const NAMES = {
  street1: "street1",
  street2: "street2",
  city: "city",
  state: "province",
  postalCode: "postalCode",
  country: "country",
} as const;

/** The names of the address fields of a view. */
export const ADDRESS_FIELDS: readonly string[] = Object.keys(NAMES);

/**
 * Returns a whole address: the given parts, and the others as Jobber has them. The schema does not
 * say whether Jobber keeps parts that are left out.
 */
export function addressInput(
  given: Readonly<Record<string, unknown>>,
  current: AddressNode | null,
): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(NAMES).flatMap(([field, name]) => {
      const value = field in given ? (given[field] ?? "") : (current?.[name] ?? "");
      return value === "" && current === null ? [] : [[name, value]];
    }),
  );
}
