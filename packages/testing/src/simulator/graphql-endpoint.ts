import {
  buildSchema,
  type DocumentNode,
  execute,
  GraphQLError,
  type GraphQLSchema,
  getOperationAST,
  isScalarType,
  parse,
  validate,
} from "graphql";
import { isEncodedId } from "../ids/encoded-id.ts";
import type { AccountTables, AsApp, SimulatedAccount } from "./account.ts";
import { actualCost, requestedCost } from "./cost.ts";
import type { Meter, SimulatedLimits } from "./limits.ts";
import type { ReadView } from "./read-view.ts";
import { resolveField } from "./resolvers.ts";
import { SIMULATOR_SDL } from "./schema.ts";
import { visibleTables } from "./visible-tables.ts";

/** A response to be sent over HTTP. */
export interface SimulatedResponse {
  readonly status: number;
  readonly body: unknown;
}

/** An authorized request for a known API version. */
export interface GraphqlRequest {
  readonly account: SimulatedAccount;
  readonly tables: AccountTables;
  readonly meter: Meter;
  readonly limits: SimulatedLimits;
  readonly version: string;
  readonly warning: string | undefined;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Lag of the replica that serves the request. Milliseconds. */
  readonly lagMs: number;
  /** Lag of the indexes behind lists and searches. Milliseconds. */
  readonly indexLagMs: number;
  readonly asApp: AsApp;
}

/** A response, with the facts that the simulator counts. */
export interface GraphqlOutcome extends SimulatedResponse {
  readonly throttled: boolean;
  readonly rootFields: readonly string[];
}

const schema = jobberSchema();
const documents = new Map<string, DocumentNode | readonly GraphQLError[]>();

/**
 * Executes a document as Jobber does: admits it by its requested cost and charges its actual cost.
 * See docs/jobber-facts.md#rate-limits.
 */
export async function respondToGraphql(request: GraphqlRequest): Promise<GraphqlOutcome> {
  const { account, tables, meter, limits, now, query, variables } = request;
  const document = prepared(query);
  const versioning = {
    version: request.version,
    ...(request.warning === undefined ? {} : { warning: request.warning }),
  };
  const outcome = (
    body: object,
    rootFields: readonly string[] = [],
    throttled = false,
  ): GraphqlOutcome => ({
    status: 200,
    body,
    throttled,
    rootFields,
  });
  if (isErrors(document)) {
    const errors = document.map(({ message }) => ({
      message,
      extensions: { code: "undefinedField" },
    }));
    return outcome({ errors, extensions: { versioning } });
  }
  const operation = getOperationAST(document);
  if (!operation) return outcome({ message: "Invalid query" });
  const requestedQueryCost = requestedCost(schema, document, operation, variables);
  const cost = (actualQueryCost: number): object => ({
    requestedQueryCost,
    actualQueryCost,
    throttleStatus: {
      maximumAvailable: limits.maximumAvailable,
      currentlyAvailable: Math.floor(meter.available(now)),
      restoreRate: limits.restoreRate,
    },
  });
  if (requestedQueryCost > meter.available(now)) {
    const error = {
      message: "Throttled",
      extensions: {
        code: "THROTTLED",
        documentation: "https://developer.getjobber.com/docs/using_jobbers_api/api_rate_limits",
      },
    };
    return outcome({ errors: [error], extensions: { cost: cost(0), versioning } }, [], true);
  }
  const view: ReadView = {
    account,
    tables: visibleTables(tables, account.conditions.missing),
    // A mutation returns what it has just written.
    at: operation.operation === "mutation" ? Number.POSITIVE_INFINITY : now - request.lagMs,
    indexAt: now - Math.max(request.lagMs, request.indexLagMs),
    now,
    asApp: request.asApp,
  };
  const { data, errors } = await execute({
    schema,
    document,
    variableValues: variables,
    contextValue: view,
    fieldResolver: resolveField,
  });
  const actual = actualCost(data);
  meter.charge(actual, now);
  const shown = errors?.map(({ message, path }) => ({ message, path }));
  return outcome(
    {
      ...(data === undefined ? {} : { data }),
      ...(shown ? { errors: shown } : {}),
      extensions: { cost: cost(actual), versioning },
    },
    operation.selectionSet.selections.flatMap((field) =>
      field.kind === "Field" ? [field.name.value] : [],
    ),
  );
}

/** Builds the schema, with an `EncodedId` scalar that rejects what Jobber's rejects. */
function jobberSchema(): GraphQLSchema {
  const schema = buildSchema(SIMULATOR_SDL);
  const scalar = schema.getType("EncodedId");
  if (!isScalarType(scalar)) throw new TypeError("The simulator's schema has no EncodedId.");
  scalar.parseValue = (value) => {
    if (typeof value === "string" && isEncodedId(value)) return value;
    throw new GraphQLError(`'${value}' is not a valid EncodedId`);
  };
  return schema;
}

function prepared(query: string): DocumentNode | readonly GraphQLError[] {
  const known = documents.get(query);
  if (known !== undefined) return known;
  const result = parsed(query);
  documents.set(query, result);
  return result;
}

function parsed(query: string): DocumentNode | readonly GraphQLError[] {
  try {
    const document = parse(query);
    const errors = validate(schema, document);
    return errors.length === 0 ? document : errors;
  } catch (error) {
    return [error as GraphQLError];
  }
}

function isErrors(value: DocumentNode | readonly GraphQLError[]): value is readonly GraphQLError[] {
  return Array.isArray(value);
}
