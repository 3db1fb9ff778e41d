import type { Nodes, PushObjectType } from "../documents/nodes.ts";
import { SAME, type Views, viewOf } from "../fields/views.ts";
import type { EditVerb, Mutation } from "../verbs/verb.ts";

/** A field whose value in Jobber is neither what the caller saw nor what it wants. */
export interface FieldConflict {
  readonly field: string;
  readonly seen: unknown;
  readonly wanted: unknown;
  /** Jobber's value. */
  readonly current: unknown;
}

/** The input of {@link planEdit}. */
export interface EditRequest {
  readonly wanted: Readonly<Record<string, unknown>>;
  /** Values that the caller saw; `null` for none. */
  readonly seen: Readonly<Record<string, unknown>> | null;
  /** Whether to overwrite whatever Jobber has. */
  readonly force: boolean;
}

/** The effect of an edit, given the object as it was just read. */
export type EditPlan =
  /** Jobber has the wanted values: nothing is sent. */
  | { readonly kind: "converged" }
  | { readonly kind: "conflict"; readonly conflicts: readonly FieldConflict[] }
  | {
      readonly kind: "send";
      readonly mutation: Mutation;
      /** The fields that differ. */
      readonly changed: readonly string[];
    };

/**
 * Compares three values of each wanted field: Jobber's, the one that the caller saw, and the wanted
 * one. Equal to the wanted one: nothing to do. Equal to the seen one: sent. Else a conflict, which
 * concerns the whole edit. Pure.
 */
export function planEdit<T extends PushObjectType>(
  verb: EditVerb<T>,
  id: string,
  node: Nodes[T],
  { wanted, seen, force }: EditRequest,
): EditPlan {
  const current = viewOf(verb.objectType, node) as unknown as Readonly<Record<string, unknown>>;
  const same = SAME[verb.objectType as keyof Views];
  const compared = Object.keys(wanted).filter((field) => Object.hasOwn(same, field));
  const changed = compared.filter((field) => !same[field]?.(current[field], wanted[field]));
  if (changed.length === 0 && verb.deletes !== true) return { kind: "converged" };
  const judged = [...(verb.unseen === true ? [] : changed), ...(verb.guards ?? [])];
  const conflicts = judged.flatMap((field): FieldConflict[] => {
    if (force || (seen === null && verb.deletes === true)) return [];
    if (seen !== null && Object.hasOwn(seen, field) && same[field]?.(current[field], seen[field]))
      return [];
    if (verb.deletes === true && seen !== null && !Object.hasOwn(seen, field)) return [];
    return [
      {
        field,
        seen: seen?.[field] ?? null,
        wanted: wanted[field] ?? null,
        current: current[field],
      },
    ];
  });
  if (conflicts.length > 0) return { kind: "conflict", conflicts };
  const values = Object.fromEntries(changed.map((field) => [field, wanted[field]]));
  const variables = verb.variables({ id, changed: values, wanted, node });
  return {
    kind: "send",
    mutation: { root: verb.root, document: verb.document, variables },
    changed,
  };
}
