/** The parts of an address. */
export interface AddressParts {
  readonly street?: string | null | undefined;
  readonly city?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly postalCode?: string | null | undefined;
}

/**
 * Returns street, city, state and postal code on one line, without missing parts; `null` if all
 * are.
 */
export function formatAddress({ street, city, state, postalCode }: AddressParts): string | null {
  return [street, city, state, postalCode].filter(Boolean).join(", ") || null;
}
