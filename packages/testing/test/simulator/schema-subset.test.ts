import { readFileSync } from "node:fs";
import { SIMULATOR_SDL } from "@jobber-sync/testing/simulator";
import {
  buildSchema,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  isSpecifiedScalarType,
} from "graphql";
import { describe, expect, it } from "vitest";

const path = process.env.JOBBER_SYNC_SCHEMA;

/** What the part has that the whole has not, or has otherwise. */
function differences(part: GraphQLSchema, whole: GraphQLSchema): string[] {
  return Object.values(part.getTypeMap())
    .filter((type) => !type.name.startsWith("__") && !isSpecifiedScalarType(type))
    .flatMap((type) => {
      const other = whole.getType(type.name);
      if (isObjectType(type) && isObjectType(other))
        return compareFields(type.name, type.getFields(), other.getFields());
      if (isInputObjectType(type) && isInputObjectType(other))
        return compareFields(type.name, type.getFields(), other.getFields());
      if (isEnumType(type) && isEnumType(other)) {
        const known = new Set(other.getValues().map(({ name }) => name));
        return type
          .getValues()
          .flatMap(({ name }) => (known.has(name) ? [] : [`${type.name}.${name}`]));
      }
      return isScalarType(type) && isScalarType(other) ? [] : [type.name];
    });
}

type Field = GraphQLField<unknown, unknown> | GraphQLInputField | GraphQLArgument;

function compareFields(
  owner: string,
  part: Readonly<Record<string, Field>>,
  whole: Readonly<Record<string, Field>>,
): string[] {
  return Object.values(part).flatMap((field) => {
    const other = whole[field.name];
    const name = `${owner}.${field.name}`;
    if (other === undefined || String(field.type) !== String(other.type)) return [name];
    const known = Object.fromEntries(
      ("args" in other ? other.args : []).map((arg) => [arg.name, arg]),
    );
    const args = Object.fromEntries(
      ("args" in field ? field.args : []).map((arg) => [arg.name, arg]),
    );
    return compareFields(name, args, known);
  });
}

describe("the simulator's schema", () => {
  const part = buildSchema(SIMULATOR_SDL);

  it("is a subset of itself, and of no schema that lacks or changes something", () => {
    expect(differences(part, part)).toEqual([]);
    const changed = SIMULATOR_SDL.replace("jobNumber: Int!", "jobNumber: Int")
      .replace("postalCode: String!", "zip: String!")
      .replace("    late\n", "")
      .replace("clients(filter: ClientFilterAttributes, ", "clients(");
    expect(differences(part, buildSchema(changed))).toEqual([
      "Query.clients.filter",
      "ClientAddress.postalCode",
      "Job.jobNumber",
      "JobStatusTypeEnum.late",
    ]);
  });

  if (path !== undefined) {
    it("is a subset of Jobber's", () => {
      expect(
        differences(part, buildSchema(readFileSync(path, "utf8"), { assumeValid: true })),
      ).toEqual([]);
    });
  }
});
