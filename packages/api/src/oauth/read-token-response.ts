import { JobberSyncError } from "@jobber-sync/core";
import type { BoundedResponse } from "../http/bounded-post.ts";
import { type TokenGrant, tokenLifetime } from "./token-grant.ts";

/** Thrown when the token endpoint rejects the refresh token or code itself (`invalid_grant`). */
export class GrantRejected extends Error {
  override readonly name = "GrantRejected";
}

/** Context of a token response. */
export interface TokenResponseContext {
  /** Jobber's clock. Milliseconds since 1970. */
  readonly serverTime: number;
  /** The refresh token that was sent, which stays valid without rotation; `null` for a code. */
  readonly oldRefreshToken: string | null;
}

// The characters a header can carry: fetch rejects anything else, and quotes it in its error.
const ACCESS_TOKEN = /^[\x21-\x7e]+$/;
const MAX_WAIT_MS = 300_000;

/**
 * Reads the tokens out of a token endpoint's response. Only `access_token`, `refresh_token` and the
 * expiry are read: after a rotation the new refresh token is the only one that works, so no other
 * field may cause its loss. A new refresh token beside an unusable access token is returned with an
 * empty access token that has already expired.
 *
 * @throws {GrantRejected} for `invalid_grant`
 * @throws {JobberSyncError} `ERR_API_RATE_LIMITED` for a 429, `ERR_TOKEN_REFRESH` for every other
 * response without usable tokens
 */
export function readTokenResponse(
  response: BoundedResponse,
  { serverTime, oldRefreshToken }: TokenResponseContext,
): TokenGrant {
  const { status, text } = response;
  const body = parseObject(text);
  if (status < 200 || status > 299 || body === null) throw rejection(response, body);
  const { access_token, refresh_token } = body;
  const rotated = typeof refresh_token === "string" && refresh_token !== "" ? refresh_token : null;
  const refreshToken = rotated ?? oldRefreshToken;
  const usable = typeof access_token === "string" && ACCESS_TOKEN.test(access_token);
  if (refreshToken === null || (rotated === null && !usable)) throw rejection(response, body);
  return usable
    ? {
        accessToken: access_token,
        refreshToken,
        lifetimeMs: tokenLifetime({ ...body, access_token }, serverTime),
        serverTime,
      }
    : { accessToken: "", refreshToken, lifetimeMs: 0, serverTime };
}

/** Creates the error for a token response without usable tokens. */
export function unusableTokens(): JobberSyncError {
  return new JobberSyncError(
    "ERR_TOKEN_REFRESH",
    "Jobber's token endpoint responded without usable tokens.",
  );
}

function rejection(
  { status, headers }: BoundedResponse,
  body: Readonly<Record<string, unknown>> | null,
): GrantRejected | JobberSyncError {
  if (status === 429) {
    const seconds = Number(headers.get("retry-after") ?? Number.NaN);
    return new JobberSyncError("ERR_API_RATE_LIMITED", "Too many requests to the token endpoint.", {
      retryAfterMs: seconds > 0 ? Math.min(MAX_WAIT_MS, seconds * 1000) : 30_000,
    });
  }
  // A 5xx is an outage whatever its body says.
  if (status < 500 && body !== null && isInvalidGrant(body)) return new GrantRejected();
  if (body?.error === "invalid_client" || body?.error === "unauthorized_client") {
    return new JobberSyncError(
      "ERR_TOKEN_REFRESH",
      "Jobber rejected the app's credentials. Check clientId and clientSecret; the secret may have been rolled.",
    );
  }
  return status < 300
    ? unusableTokens()
    : new JobberSyncError(
        "ERR_TOKEN_REFRESH",
        `Jobber's token endpoint responded ${status} without tokens.`,
      );
}

/**
 * Jobber reports a dead refresh token as `invalid_grant` or in words (docs/jobber-facts.md#oauth).
 */
function isInvalidGrant({ error, error_description, message }: Readonly<Record<string, unknown>>) {
  const text = `${error ?? ""} ${error_description ?? ""} ${message ?? ""}`;
  return (
    error === "invalid_grant" ||
    /refresh token is not valid|grant is (?:not valid|invalid)/i.test(text)
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
