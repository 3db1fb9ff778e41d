import type { PropertyView } from "../fields/views.ts";
import type { AddressInput } from "./contact.ts";
import { actionOn, creation, type PushAction, type PushTarget, targetOf } from "./push-action.ts";

/** The fields of a property that a change sets. Left out: unchanged. `null`: cleared. */
export interface PropertyEdit extends AddressInput {
  readonly name?: string | null | undefined;
}

/** Changes of one property. */
export interface PropertyActions extends PushTarget {
  readonly objectType: "property";
  /** Creates the property, unless the contact has one with the same address. */
  create(fields: PropertyEdit): PushAction;
  edit(fields: PropertyEdit): PushAction<PropertyView>;
}

/**
 * Names a property to change, or to create.
 *
 * @param name Jobber's id, or your own name for it
 * @param options.at the contact that a new property belongs to
 * @throws {TypeError} for an empty name
 */
export function property(
  name: string,
  { at }: { readonly at?: PushTarget | undefined } = {},
): PropertyActions {
  const target = { ...targetOf("property", name), objectType: "property" } as const;
  return {
    ...target,
    create(fields) {
      if (at?.objectType !== "client")
        throw new TypeError(
          "A new property needs its contact: property(name, { at: contact(…) }).",
        );
      const { objectType, id, ref } = at;
      return creation(target, "property.create", fields, { objectType, id, ref });
    },
    edit: (fields) => actionOn(target, "property.edit", { ...fields }),
  };
}
