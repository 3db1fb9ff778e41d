import {
  type DocumentNode,
  type FieldNode,
  parse,
  print,
  type SelectionNode,
  visit,
} from "@0no-co/graphql.web";

/** A selection of the user's, ready to be inserted into a document. */
export interface PreparedSelection {
  /** The selection, with an alias for each of its fields. */
  readonly text: string;
  /** The names of its fields as they are stored: their own aliases, else their names. */
  readonly names: readonly string[];
}

/** Begins every alias, so that no field of a selection meets one that the library selects. */
const ALIAS = "extra_";

/** Returns the key of a field of `extra` in Jobber's response. */
export function responseKey(name: string): string {
  return `${ALIAS}${name}`;
}

/**
 * Parses the selection of a record type, such as `customFields { … } lineItems(first: 20) { … }`.
 *
 * @param option the option that holds it, for messages
 * @throws {TypeError} for text that is not a selection, and for variables, named fragments, and
 * fragments at its top level
 */
export function prepareSelection(text: unknown, option: string): PreparedSelection {
  const fields = parseSelection(text, option).map((selection) => fieldOf(selection, option));
  return {
    text: fields.map((field) => print(withAlias(field))).join(" "),
    names: [...new Set(fields.map(nameOf))],
  };
}

/**
 * Checks a selection and returns it without comments and superfluous spaces.
 *
 * @throws {TypeError} for text that is not a selection, and for variables and named fragments
 */
export function checkSelection(text: unknown, option: string): string {
  return parseSelection(text, option)
    .map((selection) => print(selection))
    .join(" ");
}

function parseSelection(text: unknown, option: string): readonly SelectionNode[] {
  if (typeof text !== "string" || text.trim() === "")
    throw new TypeError(
      `${option} must be a GraphQL selection, such as "tags { nodes { label } }".`,
    );
  const [operation, ...others] = parseDocument(`{ ${text}\n}`, option).definitions;
  if (operation?.kind !== "OperationDefinition" || others.length > 0)
    throw new TypeError(`${option} must be one GraphQL selection: its braces are not balanced.`);
  return operation.selectionSet.selections;
}

function parseDocument(text: string, option: string): DocumentNode {
  let document: DocumentNode;
  try {
    document = parse(text, { noLocation: true });
  } catch (cause) {
    throw new TypeError(`${option} is not a GraphQL selection.`, { cause });
  }
  const refuse = (kind: string) => (): never => {
    throw new TypeError(`${option} must not contain ${kind}: write its values into the selection.`);
  };
  return visit(document, {
    Variable: { enter: refuse("variables") },
    FragmentSpread: { enter: refuse("named fragments") },
    // A block string would lose its line breaks.
    StringValue: { enter: (node) => ({ ...node, block: false }) },
  });
}

function fieldOf(selection: SelectionNode, option: string): FieldNode {
  if (selection.kind !== "Field")
    throw new TypeError(`${option} must list fields: "... on" is possible inside a field only.`);
  return selection;
}

function nameOf({ alias, name }: FieldNode): string {
  return (alias ?? name).value;
}

function withAlias(field: FieldNode): FieldNode {
  const alias = { kind: "Name", value: responseKey(nameOf(field)) } as NonNullable<
    FieldNode["alias"]
  >;
  return { ...field, alias };
}
