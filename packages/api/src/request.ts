import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { Connections } from "./connection/connections.ts";
import type { Document } from "./documents/document.ts";
import type { Emit } from "./hooks.ts";
import { boundedPost } from "./http/bounded-post.ts";
import { checkVersion } from "./http/check-version.ts";
import type { FetchLike } from "./http/fetch-like.ts";
import { type ParsedResponse, parseResponse } from "./http/parse-response.ts";
import { errorResponse } from "./http/response-error.ts";
import type { TenantLimits } from "./limits/tenant-limits.ts";

/** How one query is asked. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Points to leave in the tenant's bucket, for requests that matter more. @default 0 */
  readonly reservedPoints?: number | undefined;
}

/** Asks one query as a tenant. */
export type ApiRequest = <Data, Variables extends object>(
  tenant: string,
  document: Document<Data, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Data>;

/** What asking needs. */
export interface RequestContext {
  readonly endpoint: string;
  readonly version: string;
  readonly fetch: FetchLike;
  readonly timeoutMs: number;
  readonly connections: Connections;
  readonly limits: TenantLimits;
  readonly emit: Emit;
}

// What a query is taken to cost before Jobber has said it once: so much, and so much for each record of a page.
const FIRST_GUESS = 100;
const FIRST_GUESS_PER_RECORD = 25;
// Documents are few; one with values written into its text is another one every time.
const MAX_COSTS = 1000;
const MAX_TOKENS_TRIED = 4;

/** Makes the function that every query goes through: token, place within the limits, response, error. */
export function createRequest(context: RequestContext): ApiRequest {
  const { connections, limits, emit, version } = context;
  const costs = new Map<string, number>();
  const versionsTold = new Set<string>();

  async function ask(
    tenant: string,
    accessToken: string,
    document: string,
    variables: object,
    { signal, reservedPoints = 0 }: RequestOptions,
  ): Promise<unknown> {
    const first = "first" in variables && typeof variables.first === "number" ? variables.first : 0;
    const costKey = `${first}:${document}`;
    const points = costs.get(costKey) ?? FIRST_GUESS + first * FIRST_GUESS_PER_RECORD;
    const place = await limits.admit(tenant, points, reservedPoints, signal);
    let response: ParsedResponse | null = null;
    try {
      response = await send(context, accessToken, document, variables, signal);
    } finally {
      place.done(response?.cost ?? null);
    }
    if (response.cost !== null && costs.size < MAX_COSTS)
      costs.set(costKey, response.cost.requestedQueryCost);
    const error = errorResponse(response);
    if (error !== null) {
      const { code, retryAfterMs = 1000 } = error;
      if (code === "ERR_API_RATE_LIMITED") limits.block(tenant, retryAfterMs);
      if (code === "ERR_API_RATE_LIMITED" || code === "ERR_API_THROTTLED")
        emit("throttled", { tenant, retryAfterMs });
      throw error;
    }
    notifyVersion(response);
    return response.data;
  }

  function notifyVersion(response: ParsedResponse): void {
    const notification = checkVersion(response, version);
    if (notification === null) return;
    const key = `${notification.answered}:${notification.warning}`;
    if (versionsTold.has(key) || versionsTold.size >= 100) return;
    versionsTold.add(key);
    emit("version", notification);
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
      try {
        // The type is what the document was branded with; the mapping checks every value that it takes.
        return (await ask(tenant, connection.accessToken, document, variables, options)) as Data;
      } catch (error) {
        if (!isJobberSyncError(error)) throw error;
        if (error.code === "ERR_API_DISCONNECTED") await connections.disconnected(connection);
        if (error.code !== "ERR_API_UNAUTHORIZED" || tried >= MAX_TOKENS_TRIED) throw error;
        if (fresh) return connections.giveUp(connection);
        ({ connection, fresh } = await connections.replace(connection, options.signal));
      }
    }
  };
}

/** Sends one query. @throws {JobberSyncError} `ERR_API_TIMEOUT`, `ERR_API_NETWORK`, `ERR_API_RESPONSE` */
export async function send(
  {
    endpoint,
    version,
    fetch,
    timeoutMs,
  }: Pick<RequestContext, "endpoint" | "version" | "fetch" | "timeoutMs">,
  accessToken: string,
  document: string,
  variables: object,
  signal?: AbortSignal,
): Promise<ParsedResponse> {
  // What a header cannot carry would be quoted by fetch's own error.
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    throw new JobberSyncError("ERR_API_UNAUTHORIZED", "The stored access token is not one.");
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
