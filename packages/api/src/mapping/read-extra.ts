import type { Extra } from "@jobber-sync/core";
import { canonicalExtra } from "@jobber-sync/core/ports";
import { type PreparedSelection, responseKey } from "../extra/prepare-selection.ts";

/**
 * Returns the `extra` of a record in canonical form, as a part of its fields: nothing when the
 * query did not select it, so that the stored one is kept.
 */
export function readExtra(
  data: object,
  selection: PreparedSelection | null,
): { readonly extra?: Extra } {
  if (selection === null) return {};
  const values = data as Readonly<Record<string, Extra[string] | undefined>>;
  if (!selection.names.some((name) => Object.hasOwn(data, responseKey(name)))) return {};
  const named = selection.names.map((name) => [name, values[responseKey(name)] ?? null] as const);
  return { extra: canonicalExtra(Object.fromEntries(named)) };
}
