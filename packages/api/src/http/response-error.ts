import { JobberSyncError } from "@jobber-sync/core";
import {
  DISCONNECTED,
  disconnected,
  outage,
  rateLimited,
  UNAUTHORIZED,
  unauthorized,
} from "./api-errors.ts";
import { graphqlError } from "./graphql-error.ts";
import type { ParsedResponse, ResponseError } from "./parse-response.ts";

/**
 * Returns the error in a response, or `null` for data without errors.
 *
 * The HTTP status decides first: a 401, a 429 or a 5xx means the same whatever its body contains.
 * Jobber sends the other errors with status 200 (docs/jobber-facts.md#api-errors), so their body
 * decides. Every unknown response is a retryable outage. Jobber's messages are compared, never
 * passed on, since they may quote the query and customer data.
 *
 * @param options.allowUserErrors whether the caller reads a mutation's `userErrors` itself
 */
export function errorResponse(
  response: ParsedResponse,
  { allowUserErrors = false }: { readonly allowUserErrors?: boolean | undefined } = {},
): JobberSyncError | null {
  const { status } = response;
  if (status >= 500) return outage(`Jobber responded ${status}.`);
  if (status === 429) return rateLimited(response);
  if (saysDisconnected(response)) return disconnected();
  if (status === 401) return unauthorized();
  if (!response.readable) {
    return outage(
      `Jobber responded ${status} with a body that is not a JSON object: an outage, or a proxy's response.`,
    );
  }
  if (response.errors.length > 0) return graphqlError(response);
  if (response.data === undefined) return messageError(response);
  if (response.data === null) return outage("Jobber's response has neither data nor an error.");
  return allowUserErrors ? null : userError(response.data);
}

/**
 * Returns the paths of the fields that failed, when the rest of the data is usable; an empty list
 * for a response without errors, and for one whose error concerns the whole query.
 */
export function partialErrors(response: ParsedResponse): readonly ResponseError["path"][] {
  const { data, errors } = response;
  if (data === undefined || data === null || errors.some(({ path }) => path.length === 0))
    return [];
  return errorResponse(response)?.code === "ERR_API_RESPONSE" ? errors.map(({ path }) => path) : [];
}

function saysDisconnected({ errors, message }: ParsedResponse): boolean {
  return (
    DISCONNECTED.test(message ?? "") || errors.some((error) => DISCONNECTED.test(error.message))
  );
}

function messageError(response: ParsedResponse): JobberSyncError {
  const message = response.message ?? "";
  if (/not active/i.test(message)) {
    return new JobberSyncError("ERR_API_INACTIVE", "The Jobber account is not active.");
  }
  if (/version .*does not exist/i.test(message)) {
    return new JobberSyncError(
      "ERR_API_VERSION",
      "Jobber does not know the requested API version: check the `version` option.",
    );
  }
  if (UNAUTHORIZED.test(message)) return unauthorized();
  if (/invalid query/i.test(message)) {
    return new JobberSyncError("ERR_API_QUERY", "Jobber rejected the query as invalid.");
  }
  return outage(`Jobber responded ${response.status} without data.`);
}

function userError(data: Readonly<Record<string, unknown>>): JobberSyncError | null {
  const rejected = Object.values(data).some(
    (value) =>
      typeof value === "object" &&
      value !== null &&
      "userErrors" in value &&
      Array.isArray(value.userErrors) &&
      value.userErrors.length > 0,
  );
  if (!rejected) return null;
  return new JobberSyncError(
    "ERR_API_QUERY",
    "Jobber rejected the mutation: its response contains userErrors.",
  );
}
