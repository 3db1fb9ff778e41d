import type { SimulatedAccount } from "./account.ts";
import type { SimulatedAddress } from "./records.ts";
import { cleanText } from "./reformat.ts";

/** Mutations by name. Each returns its payload. */
export type Mutations = Readonly<
  // biome-ignore lint/suspicious/noExplicitAny: the schema has checked the arguments
  Record<string, (args: any, account: SimulatedAccount, now: number) => object>
>;

/** An entry of `userErrors`. */
export interface UserError {
  readonly message: string;
  readonly path: readonly string[];
}

/** Creates an entry of `userErrors`. */
export function userError(message: string, ...path: readonly string[]): UserError {
  return { message, path };
}

/** Returns the payload of a mutation that a rule of the account rejects. */
export function rejected(payload: object, ...userErrors: readonly UserError[]): object {
  return { ...payload, userErrors };
}

interface AddressInput {
  readonly street1?: string | null;
  readonly street2?: string | null;
  readonly city?: string | null;
  readonly province?: string | null;
  readonly postalCode?: string | null;
  readonly country?: string | null;
}

/** Returns an address after an edit of the given parts; `before` when no address is given. */
export function addressOf(
  input: AddressInput | null | undefined,
  before: SimulatedAddress | null,
): SimulatedAddress | null {
  if (input === null || input === undefined) return before;
  const street1 = part(input.street1, before?.street1 ?? before?.street) ?? "";
  const street2 = part(input.street2, before?.street2) ?? "";
  return {
    street: `${street1} ${street2}`.trim(),
    street1,
    street2,
    city: part(input.city, before?.city),
    province: part(input.province, before?.province),
    postalCode: part(input.postalCode, before?.postalCode),
    country: part(input.country, before?.country),
  };
}

function part(given: string | null | undefined, before: string | null | undefined): string | null {
  return given === undefined ? (before ?? null) : cleanText(given);
}
