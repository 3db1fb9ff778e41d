import {
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from "graphql";

type Variables = Readonly<Record<string, unknown>>;

// The page size that Jobber assumes when a connection has no `first`.
const DEFAULT_PAGE = 100;
const FREE = new Set(["edges", "nodes", "node"]);

/**
 * Returns the cost that a query requests, in Jobber's points: 1 per field, 0 for `edges`, `nodes`
 * and `node`, whose selections count once per item of the page. See
 * docs/jobber-facts.md#rate-limits.
 */
export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
): number {
  const fragments = new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === "FragmentDefinition"
        ? [[definition.name.value, definition] as const]
        : [],
    ),
  );
  const costOf = (set: SelectionSetNode, type: GraphQLObjectType, page: number): number =>
    set.selections.reduce((sum, selection) => {
      if (selection.kind === "InlineFragment")
        return sum + costOf(selection.selectionSet, type, page);
      if (selection.kind === "FragmentSpread") {
        const fragment = fragments.get(selection.name.value);
        return fragment === undefined ? sum : sum + costOf(fragment.selectionSet, type, page);
      }
      return sum + fieldCost(selection, type, page);
    }, 0);
  const fieldCost = (field: FieldNode, type: GraphQLObjectType, page: number): number => {
    const name = field.name.value;
    const definition = type.getFields()[name];
    const inner = definition === undefined ? undefined : getNamedType(definition.type);
    const selected =
      field.selectionSet === undefined || !isObjectType(inner)
        ? 0
        : costOf(
            field.selectionSet,
            inner,
            inner.name.endsWith("Connection") ? pageSize(field, variables) : 1,
          );
    return FREE.has(name) ? page * selected : 1 + selected;
  };
  const root =
    operation.operation === "mutation" ? schema.getMutationType() : schema.getQueryType();
  return root ? costOf(operation.selectionSet, root, 1) : 0;
}

/** Returns the cost of a response: 1 per field that it contains. */
export function actualCost(data: unknown): number {
  if (Array.isArray(data)) return data.reduce<number>((sum, item) => sum + actualCost(item), 0);
  if (typeof data !== "object" || data === null) return 0;
  return Object.entries(data).reduce(
    (sum, [name, value]) => sum + (FREE.has(name) ? 0 : 1) + actualCost(value),
    0,
  );
}

function pageSize(field: FieldNode, variables: Variables): number {
  const value = field.arguments?.find(({ name }) => name.value === "first")?.value;
  if (value?.kind === "IntValue") return Number(value.value);
  const given = value?.kind === "Variable" ? variables[value.name.value] : undefined;
  return typeof given === "number" ? given : DEFAULT_PAGE;
}
