/** The parts of an address. */
export interface AddressParts {
  readonly street?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly postalCode?: string | null | undefined;
}

/** An address on one line: street, city, state, postal code, without the parts that are missing. `null` when all are. */
export function formatAddress({ street, city, state, postalCode }: AddressParts): string | null {
  return [street, city, state, postalCode].filter(Boolean).join(", ") || null;
}
