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

// What a connection costs when the query does not say how many it wants (F5.3).
const DEFAULT_PAGE = 100;
const FREE = new Set(["edges", "nodes", "node"]);

/**
 * What a query asks for, in Jobber's points (F5.3): each field 1; `edges`, `nodes` and `node` nothing; what hangs on them times the page
 * size of the connection.
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

/** What an response was worth: the fields that it really holds. */
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
