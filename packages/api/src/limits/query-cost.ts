import { type FieldNode, parse, type SelectionSetNode } from "@0no-co/graphql.web";

/** The variables of a query; page sizes are among them. */
export type CostVariables = Readonly<Record<string, unknown>>;

// The page size that Jobber assumes for a connection without one.
const DEFAULT_PAGE = 100;
const FREE: ReadonlySet<string> = new Set(["edges", "nodes", "node"]);

/**
 * Estimates the points that a query requests: one per field, none for `edges`, `nodes` and `node`,
 * whose fields count once per record of the page (docs/jobber-facts.md#rate-limits). Fields of
 * named fragments are not counted.
 *
 * @returns `null` for a document that cannot be parsed
 */
export function queryCost(document: string, variables: CostVariables): number | null {
  try {
    return parse(document, { noLocation: true }).definitions.reduce(
      (sum, definition) =>
        definition.kind === "OperationDefinition"
          ? sum + costOf(definition.selectionSet, 1, variables)
          : sum,
      0,
    );
  } catch {
    return null;
  }
}

/**
 * Returns the largest page, from 1 to `most` records, for which a query requests at most `points`.
 *
 * @param document takes the size of the page in its variable `$first`
 */
export function pageSize(
  document: string,
  { most, points }: { readonly most: number; readonly points: number },
): number {
  const one = queryCost(document, { first: 1 }) ?? 0;
  const perRecord = (queryCost(document, { first: 2 }) ?? 0) - one;
  if (perRecord <= 0) return most;
  const fitting = Math.floor((points - one) / perRecord) + 1;
  return Math.max(1, Math.min(most, fitting));
}

function costOf(set: SelectionSetNode, page: number, variables: CostVariables): number {
  return set.selections.reduce((sum, selection) => {
    if (selection.kind === "InlineFragment")
      return sum + costOf(selection.selectionSet, page, variables);
    return selection.kind === "Field" ? sum + fieldCost(selection, page, variables) : sum;
  }, 0);
}

function fieldCost(field: FieldNode, page: number, variables: CostVariables): number {
  const free = FREE.has(field.name.value);
  const inner = free ? 1 : sizeOf(field, variables);
  const selected = field.selectionSet ? costOf(field.selectionSet, inner, variables) : 0;
  return free ? page * selected : 1 + selected;
}

function sizeOf({ arguments: given }: FieldNode, variables: CostVariables): number {
  const value = given?.find(({ name }) => name.value === "first" || name.value === "last")?.value;
  if (value?.kind === "IntValue") return Number(value.value);
  const variable = value?.kind === "Variable" ? variables[value.name.value] : undefined;
  return typeof variable === "number" ? variable : DEFAULT_PAGE;
}
