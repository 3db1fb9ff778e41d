import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import type { GraphQLSchema } from "graphql";
import type { ExtraOptions } from "../extra/extra-selections.ts";
import { checkExtra } from "./check-extra.ts";

type Graphql = typeof import("graphql");

const USAGE = `Checks the selections of createJobberApi({ extra }) against a GraphQL schema.

  jobber-sync-check-extra --schema <file> [--job <selection>] [--client <selection>] [module]

  --schema   Jobber's schema: SDL, or the JSON result of an introspection query
  --job      selection for jobs
  --client   selection for clients
  module     a file that exports { job, client } as "extra" or by default

Needs the package "graphql" beside this one.`;

/**
 * Runs `jobber-sync-check-extra`.
 *
 * @returns the exit code: 0 for valid selections, 1 for invalid ones, 2 for wrong use
 */
export async function runCheckExtra(
  args: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  let input: { readonly extra: ExtraOptions; readonly schema: GraphQLSchema };
  const graphql = await import("graphql").catch(() => null);
  if (graphql === null) {
    print('The package "graphql" is missing. Install it: npm install --save-dev graphql@16');
    return 2;
  }
  try {
    input = await readInput(args, graphql);
  } catch (error) {
    print(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  try {
    const { errors, warnings, points } = checkExtra(input.extra, input.schema, graphql);
    for (const warning of warnings) print(`warning: ${warning}`);
    for (const error of errors) print(`error: ${error}`);
    if (errors.length > 0) return 1;
    for (const [type, added] of Object.entries(points))
      print(`extra.${type}: valid, ${added} points per ${type}`);
    return 0;
  } catch (error) {
    print(`error: ${(error as Error).message}`);
    return 1;
  }
}

async function readInput(args: readonly string[], graphql: Graphql) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      schema: { type: "string" },
      job: { type: "string" },
      client: { type: "string" },
    },
  });
  if (values.schema === undefined) throw new TypeError("--schema is missing.");
  const schema = readSchema(values.schema, graphql);
  const [file] = positionals;
  const { job, client } = file === undefined ? values : await importExtra(file);
  if (job === undefined && client === undefined)
    throw new TypeError("Nothing to check: pass --job, --client or a module.");
  return { schema, extra: { job, client } };
}

function readSchema(file: string, { buildClientSchema, buildSchema }: Graphql): GraphQLSchema {
  const text = readFileSync(file, "utf8");
  if (!text.trimStart().startsWith("{")) return buildSchema(text, { assumeValid: true });
  const result = JSON.parse(text);
  return buildClientSchema(result.data ?? result, { assumeValid: true });
}

async function importExtra(file: string): Promise<ExtraOptions> {
  const module: { readonly extra?: ExtraOptions; readonly default?: ExtraOptions } = await import(
    pathToFileURL(resolve(file)).href
  );
  const extra = module.extra ?? module.default;
  if (typeof extra !== "object") throw new TypeError(`${file} does not export "extra".`);
  return extra;
}
