import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type Client,
  ClientSecretPost,
  customFetch,
  nopkce,
  processAuthorizationCodeResponse,
  processRefreshTokenResponse,
  refreshTokenGrantRequest,
  type TokenEndpointRequestOptions,
} from "oauth4webapi";
import { type BoundedResponse, boundedPost } from "../http/bounded-post.ts";
import type { FetchLike } from "../http/fetch-like.ts";
import { authorizationServer, type OauthEndpoints } from "./authorization-server.ts";
import { type TokenGrant, tokenLifetime } from "./token-grant.ts";

/** The app, and how to reach the token endpoint. */
export interface TokenRequestOptions extends OauthEndpoints {
  readonly clientId: string;
  readonly clientSecret: string;
  /** @default the global fetch */
  readonly fetch?: FetchLike | undefined;
  /** Milliseconds. @default 15000 */
  readonly timeoutMs?: number | undefined;
  /** Milliseconds since 1970; used where Jobber's response has no date. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** A code from the authorize page, validated by oauth4webapi. */
export interface CodeGrant {
  readonly parameters: URLSearchParams;
  readonly redirectUri: string;
  /** `null`: the flow began without PKCE. */
  readonly codeVerifier: string | null;
}

/** The token endpoint says that the refresh token (or code) is worth nothing. */
export class GrantRejected extends Error {
  override readonly name = "GrantRejected";
}

/**
 * Exchanges a refresh token for a new pair. Where tokens rotate (F6) the old one is dead from then on, so the pair must be stored before it
 * is used.
 *
 * @throws {GrantRejected} when Jobber does not accept the refresh token
 * @throws {JobberSyncError} `ERR_TOKEN_REFRESH`, `ERR_API_NETWORK`, `ERR_API_TIMEOUT`, `ERR_API_RESPONSE`
 */
export async function requestRefresh(
  options: TokenRequestOptions,
  refreshToken: string,
): Promise<TokenGrant> {
  const { server, client, auth } = parties(options);
  return settled(options, async (request) => {
    const response = await refreshTokenGrantRequest(server, client, auth, refreshToken, request);
    const tokens = await processRefreshTokenResponse(server, client, response);
    // With rotation switched off the same token stays valid, and need not be repeated.
    return { ...tokens, refresh_token: tokens.refresh_token ?? refreshToken };
  });
}

/** Exchanges a code for the first pair. @throws {GrantRejected} and as {@link requestRefresh} */
export async function requestCode(
  options: TokenRequestOptions,
  code: CodeGrant,
): Promise<TokenGrant> {
  const { server, client, auth } = parties(options);
  return settled(options, async (request) => {
    const verifier = code.codeVerifier ?? nopkce;
    const response = await authorizationCodeGrantRequest(
      server,
      client,
      auth,
      code.parameters,
      code.redirectUri,
      verifier,
      request,
    );
    return processAuthorizationCodeResponse(server, client, response);
  });
}

function parties(options: TokenRequestOptions) {
  const client: Client = { client_id: options.clientId };
  return {
    server: authorizationServer(options),
    client,
    auth: ClientSecretPost(options.clientSecret),
  };
}

async function settled(
  options: TokenRequestOptions,
  exchange: (request: TokenEndpointRequestOptions) => Promise<{
    readonly access_token: string;
    readonly refresh_token?: string;
    readonly expires_in?: number;
  }>,
): Promise<TokenGrant> {
  const { fetch = globalThis.fetch, timeoutMs = 15_000, now = Date.now } = options;
  let serverTime = now();
  const request: TokenEndpointRequestOptions = {
    // The endpoint was checked: https, or this machine.
    [allowInsecureRequests]: true,
    [customFetch]: async (url, { headers, body }) => {
      const post = { url, headers, body: String(body), timeoutMs };
      const response = await boundedPost(fetch, post);
      const date = Date.parse(response.headers.get("date") ?? "");
      if (!Number.isNaN(date)) serverTime = date;
      return conformResponse(response);
    },
  };
  try {
    const tokens = await exchange(request);
    if (tokens.refresh_token === undefined || tokens.refresh_token === "") throw unusable();
    return {
      accessToken: tokens.access_token,
      refreshToken: tokens.refresh_token,
      lifetimeMs: tokenLifetime(tokens, serverTime),
      serverTime,
    };
  } catch (error) {
    if (isJobberSyncError(error) || error instanceof GrantRejected) throw error;
    // oauth4webapi's errors carry the body, and with it the tokens.
    throw unusable();
  }
}

/** Jobber's answer as RFC 6749 has it: Jobber leaves `token_type` out. @throws {GrantRejected | JobberSyncError} unless it is a 200 */
function conformResponse({ status, text }: BoundedResponse): Response {
  const body = parseObject(text);
  if (status === 200 && body !== null && typeof body.access_token === "string") {
    return Response.json({ token_type: "bearer", ...body });
  }
  const said = `${body?.error ?? ""} ${body?.error_description ?? ""} ${body?.message ?? ""}`;
  if (
    body?.error === "invalid_grant" ||
    /refresh token is not valid|grant is (?:not valid|invalid)/i.test(said)
  ) {
    throw new GrantRejected();
  }
  if (body?.error === "invalid_client" || body?.error === "unauthorized_client") {
    throw new JobberSyncError(
      "ERR_TOKEN_REFRESH",
      "Jobber does not accept the app itself: check clientId and clientSecret. Was the secret rolled?",
    );
  }
  throw new JobberSyncError(
    "ERR_TOKEN_REFRESH",
    `Jobber's token endpoint answered ${status} without tokens.`,
  );
}

function parseObject(text: string): Readonly<Record<string, unknown>> | null {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function unusable(): JobberSyncError {
  return new JobberSyncError(
    "ERR_TOKEN_REFRESH",
    "Jobber's token endpoint gave an answer without usable tokens.",
  );
}
