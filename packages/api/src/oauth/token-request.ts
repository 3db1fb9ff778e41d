import { isJobberSyncError } from "@jobber-sync/core";
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretPost,
  customFetch,
  nopkce,
  refreshTokenGrantRequest,
  type TokenEndpointRequestOptions,
} from "oauth4webapi";
import { boundedPost } from "../http/bounded-post.ts";
import type { FetchLike } from "../http/fetch-like.ts";
import { authorizationServer, type OauthEndpoints } from "./authorization-server.ts";
import { GrantRejected, readTokenResponse, unusableTokens } from "./read-token-response.ts";
import type { TokenGrant } from "./token-grant.ts";

/** The app's credentials, and options for requests to the token endpoint. */
export interface TokenRequestOptions extends OauthEndpoints {
  readonly clientId: string;
  readonly clientSecret: string;
  /** @default the global fetch */
  readonly fetch?: FetchLike | undefined;
  /** Milliseconds. @default 15000 */
  readonly timeoutMs?: number | undefined;
  /**
   * Milliseconds since 1970; used when the response has no `Date` header.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined;
}

/** An authorization code, validated by oauth4webapi. */
export interface CodeGrant {
  readonly parameters: URLSearchParams;
  readonly redirectUri: string;
  /** `null` for a flow that began without PKCE. */
  readonly codeVerifier: string | null;
}

/**
 * Exchanges a refresh token for a new pair. With token rotation the old refresh token is dead from
 * then on (docs/jobber-facts.md#token-rotation), so store the pair before using it.
 *
 * @throws {GrantRejected} when Jobber rejects the refresh token
 * @throws {JobberSyncError} `ERR_TOKEN_REFRESH`, `ERR_API_NETWORK`, `ERR_API_TIMEOUT`,
 * `ERR_API_RESPONSE`
 */
export async function requestRefresh(
  options: TokenRequestOptions,
  refreshToken: string,
): Promise<TokenGrant> {
  const { server, client, auth } = parties(options);
  // With rotation off, the response need not repeat the refresh token: the same one stays valid.
  return requestTokens(options, refreshToken, (request) =>
    refreshTokenGrantRequest(server, client, auth, refreshToken, request),
  );
}

/**
 * Exchanges an authorization code for the first pair.
 *
 * @throws {GrantRejected} when Jobber rejects the code
 * @throws {JobberSyncError} as {@link requestRefresh}
 */
export async function requestCode(
  options: TokenRequestOptions,
  code: CodeGrant,
): Promise<TokenGrant> {
  const { server, client, auth } = parties(options);
  const verifier = code.codeVerifier ?? nopkce;
  return requestTokens(options, null, (request) =>
    authorizationCodeGrantRequest(
      server,
      client,
      auth,
      code.parameters,
      code.redirectUri,
      verifier,
      request,
    ),
  );
}

function parties(options: TokenRequestOptions) {
  const client: Client = { client_id: options.clientId };
  return {
    server: authorizationServer(options),
    client,
    auth: ClientSecretPost(options.clientSecret),
  };
}

async function requestTokens(
  options: TokenRequestOptions,
  oldRefreshToken: string | null,
  send: (request: TokenEndpointRequestOptions) => Promise<Response>,
): Promise<TokenGrant> {
  const { fetch = globalThis.fetch, timeoutMs = 15_000, now = Date.now } = options;
  const received: { grant?: TokenGrant } = {};
  const request: TokenEndpointRequestOptions = {
    // checkEndpoint has allowed only https and this machine.
    [allowInsecureRequests]: true,
    [customFetch]: async (url, { headers, body }) => {
      const response = await boundedPost(fetch, { url, headers, body: String(body), timeoutMs });
      const date = Date.parse(response.headers.get("date") ?? "");
      const serverTime = Number.isNaN(date) ? now() : date;
      received.grant = readTokenResponse(response, { serverTime, oldRefreshToken });
      return new Response(null, { status: 204 });
    },
  };
  try {
    await send(request);
  } catch (error) {
    if (isJobberSyncError(error) || error instanceof GrantRejected) throw error;
    // The original error may contain the request, and with it the tokens.
    throw unusableTokens();
  }
  if (received.grant === undefined) throw unusableTokens();
  return received.grant;
}
