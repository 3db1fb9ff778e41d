import { JobberSyncError } from "@jobber-sync/core";
import { outage, throttled, UNAUTHORIZED, unauthorized } from "./api-errors.ts";
import type { ParsedResponse, ResponseError } from "./parse-response.ts";

// The codes that graphql-ruby and graphql-js give to documents that fail validation.
const VALIDATION_CODES: ReadonlySet<string> = new Set([
  "GRAPHQL_PARSE_FAILED",
  "GRAPHQL_VALIDATION_FAILED",
  "argumentLiteralsIncompatible",
  "argumentNotAccepted",
  "argumentNotUnique",
  "cannotSpreadFragment",
  "defaultValueInvalidType",
  "directiveCannotBeApplied",
  "fieldConflict",
  "fragmentOnNonCompositeType",
  "inputFieldNotUnique",
  "missingRequiredArguments",
  "missingRequiredInputObjectAttribute",
  "parseError",
  "selectionMismatch",
  "undefinedDirective",
  "undefinedField",
  "undefinedType",
  "uniquelyNamedOperations",
  "useAndDefineFragment",
  "variableMismatch",
  "variableNotDefined",
  "variableNotUsed",
  "variableRequiresValidType",
]);
// Parse errors, and variables of the wrong type, have no code.
const VALIDATION =
  /^(?:parse error|syntax error)|is not a valid EncodedId|was provided invalid value|got invalid value/i;
const HIDDEN_FIELD = /^The field (\w{1,100}) on an object of type (\w{1,100}) was hidden/;
const HIDDEN_TYPE = /^An object of type (\w{1,100}) was hidden/;

/**
 * Returns the error for a response with a non-empty `errors` list; `null` when the list only says
 * that the record does not exist.
 */
export function graphqlError(response: ParsedResponse): JobberSyncError | null {
  const { errors, cost, data } = response;
  const has = (code: string | null, message: RegExp): boolean =>
    errors.some((error) => error.code === code || message.test(error.message));
  if (has("THROTTLED", /^throttled$/i)) return throttled(cost);
  if (has("UNAUTHENTICATED", UNAUTHORIZED)) return unauthorized();
  if (has("FORBIDDEN", /hidden due to permissions/i)) return missingPermission(errors);
  if (isNotFound(response)) return null;
  if ((data === undefined || data === null) && errors.some(isValidationError)) {
    return new JobberSyncError(
      "ERR_API_QUERY",
      "Jobber rejected the query as invalid. Check that the API version has every field it selects.",
    );
  }
  // Part of the data may be present, but a null caused by an error is not an empty field.
  return outage("Jobber responded to the query with an error.");
}

function isValidationError({ code, message }: ResponseError): boolean {
  return VALIDATION_CODES.has(code) || VALIDATION.test(message);
}

function missingPermission(errors: readonly ResponseError[]): JobberSyncError {
  const hidden = [...new Set(errors.flatMap(hiddenName))];
  const what = hidden.length === 0 ? "something the query selects" : hidden.join(", ");
  return new JobberSyncError(
    "ERR_API_PERMISSION",
    `The app may not read ${what}. Add the read scopes for clients, jobs, properties and visits in Jobber's Developer Center, then connect the account again.`,
    { details: { hidden } },
  );
}

/** Returns the name of the hidden field or type: names from the schema, not customer data. */
function hiddenName({ message }: ResponseError): readonly string[] {
  const field = HIDDEN_FIELD.exec(message);
  if (field !== null) return [`${field[2]}.${field[1]}`];
  const type = HIDDEN_TYPE.exec(message);
  return type === null ? [] : [`${type[1]}`];
}

/** One source reports `NOT_FOUND` for an id for which others see a bare null. */
function isNotFound({ errors, data }: ParsedResponse): boolean {
  return (
    errors.every(({ code }) => code === "NOT_FOUND") &&
    data !== null &&
    data !== undefined &&
    Object.values(data).every((value) => value === null)
  );
}
