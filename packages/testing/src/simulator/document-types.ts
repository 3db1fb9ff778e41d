import {
  buildSchema,
  type GraphQLSchema,
  parse,
  TypeInfo,
  validate,
  visit,
  visitWithTypeInfo,
} from "graphql";
import { SIMULATOR_SDL } from "./schema.ts";

/** What a schema says of a document. */
export interface DocumentTypes {
  /** Why the schema rejects the document; empty when it does not. */
  readonly errors: readonly string[];
  /** Every field that is read, with its type: `Job.title` → `String`. */
  readonly fields: Readonly<Record<string, string>>;
  /** Fields that are read although they are deprecated. */
  readonly deprecated: readonly string[];
}

// Documents are checked one after another against the same schema, and Jobber's has 18,000 lines.
let last: { readonly sdl: string; readonly schema: GraphQLSchema } | undefined;

/**
 * Checks a GraphQL document against a schema and tells the types of what it reads: for a test that holds queries and the code that reads
 * their responses to Jobber's schema.
 *
 * @param sdl the schema's text. @default the simulator's
 */
export function documentTypes(document: string, sdl: string = SIMULATOR_SDL): DocumentTypes {
  if (last?.sdl !== sdl) last = { sdl, schema: buildSchema(sdl, { assumeValid: true }) };
  const { schema } = last;
  const ast = parse(document);
  const fields: Record<string, string> = {};
  const deprecated: string[] = [];
  const info = new TypeInfo(schema);
  const enter = (): void => {
    const field = info.getFieldDef();
    const parent = info.getParentType();
    if (!field || !parent) return;
    const name = `${parent.name}.${field.name}`;
    fields[name] = String(field.type);
    if (field.deprecationReason != null) deprecated.push(name);
  };
  visit(ast, visitWithTypeInfo(info, { Field: { enter } }));
  return { errors: validate(schema, ast).map(({ message }) => message), fields, deprecated };
}
