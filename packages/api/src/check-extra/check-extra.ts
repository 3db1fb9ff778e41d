import type { GraphQLSchema } from "graphql";
import { type ExtraOptions, type ExtraType, prepareExtra } from "../extra/extra-selections.ts";
import { queryCost } from "../limits/query-cost.ts";

/** The result of checking selections against a schema. */
export interface CheckedExtra {
  /** Mistakes, each with the option it concerns. Empty when every selection is valid. */
  readonly errors: readonly string[];
  /** Selected fields that are deprecated. */
  readonly warnings: readonly string[];
  /** Points that each selection adds to a record. */
  readonly points: Readonly<Partial<Record<ExtraType, number>>>;
}

/**
 * Checks selections against a schema.
 *
 * @param graphql the module `graphql`, which the package does not depend on
 * @throws {TypeError} for text that is not a selection
 */
export function checkExtra(
  extra: ExtraOptions,
  schema: GraphQLSchema,
  { parse, validate, NoDeprecatedCustomRule }: typeof import("graphql"),
): CheckedExtra {
  const prepared = prepareExtra(extra, Date.now);
  const errors: string[] = [];
  const warnings: string[] = [];
  const points: Partial<Record<ExtraType, number>> = {};
  for (const type of ["job", "client"] as const) {
    const bare = prepared.documents([])[type];
    for (const { message } of validate(schema, parse(bare))) {
      errors.push(`The schema lacks what every ${type} is read with: ${message}`);
    }
    if (prepared[type] === null) continue;
    const complete = prepared.documents([type])[type];
    const document = parse(complete);
    errors.push(...validate(schema, document).map(({ message }) => `extra.${type}: ${message}`));
    const deprecated = validate(schema, document, [NoDeprecatedCustomRule]);
    warnings.push(...deprecated.map(({ message }) => `extra.${type}: ${message}`));
    points[type] = (queryCost(complete, {}) ?? 0) - (queryCost(bare, {}) ?? 0);
  }
  return { errors: [...new Set(errors)], warnings: [...new Set(warnings)], points };
}
