import { JobberSyncError } from "@jobber-sync/core";
import type { ParsedResponse, ResponseCost } from "./parse-response.ts";

// Jobber documents no Retry-After (F5.3). Half a minute gives back a tenth of the window.
const RATE_LIMIT_WAIT_MS = 30_000;
const MAX_WAIT_MS = 300_000;

const DISCONNECTED = /disconnected this app/i;
const UNAUTHORIZED =
  /token not recogni[sz]ed|invalid token|token (?:has )?expired|unauthenticated/i;
const OUTAGE = /temporarily unavailable|internal (?:server )?error|try again/i;

/**
 * What went wrong, told by the body: Jobber sends errors with HTTP 200 and answers with 404 (F5.4), so the status decides only where the body
 * says nothing. Messages of Jobber's are compared, never passed on: they may quote what was asked for.
 *
 * @returns `null` for an answer with data and without errors
 */
export function errorResponse(response: ParsedResponse): JobberSyncError | null {
  if (!response.readable) return unreadable(response);
  if (response.errors.length > 0) return graphqlError(response);
  if (response.data === undefined) return messageError(response);
  if (response.data === null) {
    return new JobberSyncError(
      "ERR_API_RESPONSE",
      "Jobber's response has neither data nor an error.",
    );
  }
  return userError(response.data);
}

/** How long a query that asks for so many points has to wait (F5.3). Milliseconds. */
function restoreTime(points: number, { currentlyAvailable, restoreRate }: ResponseCost): number {
  return Math.min(
    MAX_WAIT_MS,
    Math.ceil(((points - currentlyAvailable) / Math.max(restoreRate, 1)) * 1000),
  );
}

function unreadable(response: ParsedResponse): JobberSyncError {
  if (response.status === 429) return rateLimited(response);
  return new JobberSyncError(
    "ERR_API_RESPONSE",
    `The API answered ${response.status} with something that is no JSON object: an outage, or a proxy in between.`,
  );
}

function graphqlError(response: ParsedResponse): JobberSyncError | null {
  const { errors, cost, data } = response;
  const says = (code: string | null, message: RegExp): boolean =>
    errors.some((error) => error.code === code || message.test(error.message));
  if (says("THROTTLED", /^throttled$/i)) return throttled(cost);
  if (says(null, DISCONNECTED)) return disconnected();
  if (says("UNAUTHENTICATED", UNAUTHORIZED)) return unauthorized();
  if (says("FORBIDDEN", /hidden due to permissions/i)) {
    return new JobberSyncError(
      "ERR_API_PERMISSION",
      "The app may not read something it asked for. Add the read scopes for clients, jobs, properties and visits in Jobber's Developer Center and connect the account again.",
    );
  }
  if (isNotFound(response)) return null;
  if (data !== undefined || says("INTERNAL_SERVER_ERROR", OUTAGE)) {
    // Some of the data may be there; but a null that an error explains must not be taken for an empty field.
    return new JobberSyncError("ERR_API_RESPONSE", "Jobber answered the query with an error.");
  }
  return new JobberSyncError(
    "ERR_API_QUERY",
    "Jobber rejected the query as invalid. Does the API version have every field it asks for?",
  );
}

/** One source has Jobber say so for an id that it answers with a bare null everywhere else (F5.4). */
function isNotFound({ errors, data }: ParsedResponse): boolean {
  return (
    errors.every(({ code }) => code === "NOT_FOUND") &&
    data !== null &&
    data !== undefined &&
    Object.values(data).every((value) => value === null)
  );
}

function messageError(response: ParsedResponse): JobberSyncError {
  const message = response.message ?? "";
  if (DISCONNECTED.test(message)) return disconnected();
  if (/not active/i.test(message)) {
    return new JobberSyncError("ERR_API_INACTIVE", "The Jobber account is not active.");
  }
  if (/version .*does not exist/i.test(message)) {
    return new JobberSyncError(
      "ERR_API_VERSION",
      "Jobber knows no such API version: check the `version` option.",
    );
  }
  if (response.status === 429) return rateLimited(response);
  if (response.status === 401 || UNAUTHORIZED.test(message)) return unauthorized();
  if (/invalid query/i.test(message)) {
    return new JobberSyncError("ERR_API_QUERY", "Jobber rejected the query as invalid.");
  }
  return new JobberSyncError(
    "ERR_API_RESPONSE",
    `The API answered ${response.status} without data.`,
  );
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
    "Jobber rejected the change (userErrors in its response).",
  );
}

function throttled(cost: ResponseCost | null): JobberSyncError {
  if (cost !== null && cost.requestedQueryCost > cost.maximumAvailable) {
    return new JobberSyncError(
      "ERR_API_QUERY",
      "The query costs more than Jobber ever allows for one.",
    );
  }
  return new JobberSyncError("ERR_API_THROTTLED", "Jobber throttles this account's queries.", {
    retryAfterMs: cost === null ? 1000 : Math.max(100, restoreTime(cost.requestedQueryCost, cost)),
  });
}

function rateLimited({ headers }: ParsedResponse): JobberSyncError {
  const seconds = Number(headers.get("retry-after") ?? Number.NaN);
  const asked = seconds >= 0 ? Math.min(MAX_WAIT_MS, seconds * 1000) : RATE_LIMIT_WAIT_MS;
  return new JobberSyncError(
    "ERR_API_RATE_LIMITED",
    "Too many requests to Jobber for this account.",
    {
      retryAfterMs: Math.max(1000, asked),
    },
  );
}

function unauthorized(): JobberSyncError {
  return new JobberSyncError("ERR_API_UNAUTHORIZED", "Jobber does not accept the access token.");
}

function disconnected(): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_DISCONNECTED",
    "The account has disconnected the app in Jobber.",
  );
}
