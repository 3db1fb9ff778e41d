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

/** Result of checking a document against a schema. */
export interface DocumentTypes {
  /** Validation errors; empty when the document is valid. */
  readonly errors: readonly string[];
  /** The type of every selected field, such as `String` for `Job.title`. */
  readonly fields: Readonly<Record<string, string>>;
  /** Selected fields that are deprecated. */
  readonly deprecated: readonly string[];
}

// Cached, because Jobber's schema has 18,000 lines and a test checks many documents against it.
let last: { readonly sdl: string; readonly schema: GraphQLSchema } | undefined;

/**
 * Validates a GraphQL document against a schema and returns the types of the fields it selects: for
 * tests that compare queries, and the code that reads their responses, with Jobber's schema.
 *
 * @param sdl the text of the schema. @default the simulator's schema
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
