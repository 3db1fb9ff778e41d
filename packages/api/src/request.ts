import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { Connections } from "./connection/connections.ts";
import type { Document } from "./documents/document.ts";
import type { Emit } from "./hooks.ts";
import { boundedPost } from "./http/bounded-post.ts";
import { checkVersion } from "./http/check-version.ts";
import type { FetchLike } from "./http/fetch-like.ts";
import { type ParsedResponse, parseResponse } from "./http/parse-response.ts";
import { errorResponse, partialErrors } from "./http/response-error.ts";
import { type CostVariables, queryCost } from "./limits/query-cost.ts";
import type { TenantLimits } from "./limits/tenant-limits.ts";

/** Facts about a response, beside its data. */
export interface ResponseInfo {
  /** Jobber's clock, from the `Date` header. Milliseconds since 1970; `null` without the header. */
  readonly serverTime: number | null;
  /** Paths into the data of the fields that Jobber could not read; see `allowPartial`. */
  readonly errorPaths: readonly (readonly (string | number)[])[];
}

/** Options for one query. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Points to leave in the tenant's bucket for more important requests. @default 0 */
  readonly reservedPoints?: number | undefined;
  /**
   * Accepts data in which single fields failed. Their paths are passed to `onResponse`; everything
   * below such a path is unusable.
   *
   * @default false
   */
  readonly allowPartial?: boolean | undefined;
  /**
   * Returns the data of a mutation although its `userErrors` are not empty.
   *
   * @default false: they reject with `ERR_API_QUERY`
   */
  readonly allowUserErrors?: boolean | undefined;
  /**
   * Called after every wait, directly before the request is sent, and again before a repetition
   * with another token. A rejection prevents the request: the promise rejects with its error.
   */
  readonly beforeSend?: (() => Promise<void>) | undefined;
  /** Called with facts about the response before the promise resolves. */
  readonly onResponse?: ((info: ResponseInfo) => void) | undefined;
}

/** Sends one query on behalf of a tenant. */
export type ApiRequest = <Data, Variables extends object>(
  tenant: string,
  document: Document<Data, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Data>;

/** Dependencies of {@link createRequest}. */
export interface RequestContext {
  readonly endpoint: string;
  readonly version: string;
  readonly fetch: FetchLike;
  readonly timeoutMs: number;
  readonly connections: Connections;
  readonly limits: TenantLimits;
  readonly emit: Emit;
}

// The assumed cost of a document that cannot be parsed, until Jobber has stated it.
const FIRST_GUESS = 100;
// Documents are few, unless values are written into their text: then each is a new document.
const MAX_COSTS = 1000;
const MAX_TOKENS_TRIED = 4;

/** Creates the function that sends every query: token, rate limit, response, error. */
export function createRequest(context: RequestContext): ApiRequest {
  const { connections, limits, emit, version } = context;
  const costs = new Map<string, number>();
  const reportedVersions = new Set<string>();

  async function requestWith(
    tenant: string,
    accessToken: string,
    { document, variables }: { readonly document: string; readonly variables: object },
    options: RequestOptions,
  ): Promise<unknown> {
    const { signal, reservedPoints = 0, allowPartial = false, onResponse } = options;
    const first = "first" in variables && typeof variables.first === "number" ? variables.first : 0;
    const costKey = `${first}:${document}`;
    const points =
      costs.get(costKey) ?? queryCost(document, variables as CostVariables) ?? FIRST_GUESS;
    const admission = await limits.admit(tenant, { points, reservedPoints, signal });
    let response: ParsedResponse | null = null;
    try {
      await options.beforeSend?.();
      response = await send(context, { accessToken, document, variables, signal });
    } finally {
      admission.done(response?.cost ?? null);
    }
    if (response.cost !== null && costs.size < MAX_COSTS)
      costs.set(costKey, response.cost.requestedQueryCost);
    const errorPaths = allowPartial ? partialErrors(response) : [];
    const error = errorPaths.length > 0 ? null : errorResponse(response, options);
    if (error !== null) throw reported(tenant, error);
    connections.accepted(tenant);
    notifyVersion(response);
    onResponse?.({ serverTime: response.serverTime, errorPaths });
    return response.data;
  }

  function reported(tenant: string, error: JobberSyncError): JobberSyncError {
    const { code, retryAfterMs = 1000, details } = error;
    if (code === "ERR_API_RATE_LIMITED") limits.block(tenant, retryAfterMs);
    if (code === "ERR_API_RATE_LIMITED" || code === "ERR_API_THROTTLED")
      emit("throttled", { tenant, retryAfterMs });
    if (code === "ERR_API_PERMISSION") connections.missingPermission(tenant, details?.hidden ?? []);
    return error;
  }

  function notifyVersion(response: ParsedResponse): void {
    const event = checkVersion(response, version);
    if (event === null) return;
    const key = `${event.answered}:${event.warning}`;
    if (reportedVersions.has(key) || reportedVersions.size >= 100) return;
    reportedVersions.add(key);
    emit("version", event);
  }

  return async <Data, Variables extends object>(
    tenant: string,
    document: Document<Data, Variables>,
    variables: Variables,
    options: RequestOptions = {},
  ): Promise<Data> => {
    let connection = await connections.usable(tenant, options.signal);
    let fresh = false;
    for (let tried = 1; ; tried++) {
      const { accessToken } = connection;
      try {
        // The type comes from the document's brand; the mapping checks every value it uses.
        return (await requestWith(tenant, accessToken, { document, variables }, options)) as Data;
      } catch (error) {
        if (!isJobberSyncError(error)) throw error;
        if (error.code === "ERR_API_DISCONNECTED") await connections.disconnected(connection);
        if (error.code !== "ERR_API_UNAUTHORIZED" || tried >= MAX_TOKENS_TRIED) throw error;
        if (fresh) throw connections.refusedFresh(connection);
        ({ connection, fresh } = await connections.replace(connection, options.signal));
      }
    }
  };
}

/** A query together with the token to send it with. */
export interface SentQuery {
  readonly accessToken: string;
  readonly document: string;
  readonly variables: object;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one query.
 *
 * @throws {JobberSyncError} `ERR_API_TIMEOUT`, `ERR_API_NETWORK`, `ERR_API_RESPONSE`
 */
export async function send(
  {
    endpoint,
    version,
    fetch,
    timeoutMs,
  }: Pick<RequestContext, "endpoint" | "version" | "fetch" | "timeoutMs">,
  { accessToken, document, variables, signal }: SentQuery,
): Promise<ParsedResponse> {
  // fetch's own error would quote a token that a header cannot carry.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new JobberSyncError("ERR_API_UNAUTHORIZED", "The stored access token is malformed.");
  }
  const response = await boundedPost(fetch, {
    url: endpoint,
    headers: {
      accept: "application/json",
      authorization: `Bearer ${accessToken}`,
      "content-type": "application/json",
      "x-jobber-graphql-version": version,
    },
    body: JSON.stringify({ query: document, variables }),
    timeoutMs,
    signal,
  });
  return parseResponse(response);
}
