import { createHash, createHmac, randomBytes } from "node:crypto";
import type { SimulatedAccount } from "./account.ts";
import type { SimulatedResponse } from "./graphql-endpoint.ts";

/**
 * Fate of a refresh token after its use. `strict`: it becomes invalid, as for apps created after 2
 * January 2024. `lenient`: it stays valid, and the response contains a warning. `off`: the same
 * token is returned. See docs/jobber-facts.md#token-rotation.
 */
export type TokenRotation = "strict" | "lenient" | "off";

/** A pair of tokens from the token endpoint. */
export interface SimulatedTokens {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Milliseconds since 1970, by Jobber's clock. */
  readonly expiresAt: number;
}

/** Numbers of requests to the token endpoint, by outcome. */
export interface OauthCounts {
  /** Refreshes that returned tokens. */
  refreshes: number;
  /** Refreshes with an invalid token. */
  rejectedRefreshes: number;
  /** Authorization codes exchanged for tokens. */
  exchanges: number;
}

/** A simulated authorization server. */
export interface SimulatedOauth {
  readonly counts: OauthCounts;
  /** Connects the account as if its owner had completed the OAuth flow. */
  connect(account: SimulatedAccount): SimulatedTokens;
  /** Disconnects the account: all of its tokens become invalid. */
  disconnect(account: SimulatedAccount): void;
  /** Invalidates the access tokens issued so far. Refresh tokens stay valid. */
  expireAccessTokens(account: SimulatedAccount): void;
  /** Returns the account of an access token, or why the token is rejected. */
  authorize(accessToken: string): SimulatedAccount | "unknown" | "disconnected";
  /** Handles `POST /api/oauth/token`. */
  token(form: URLSearchParams): SimulatedResponse;
  /** Handles `GET /api/oauth/authorize`. Returns the address that the browser is redirected to. */
  approve(query: URLSearchParams, account: SimulatedAccount | null): string;
}

/** Options for {@link createOauth}: the app that is registered with the server. */
export interface OauthOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appId: string;
  readonly rotation: TokenRotation;
  /** Lifetime of an access token. Milliseconds. */
  readonly accessTokenMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

interface Code {
  readonly account: SimulatedAccount;
  readonly redirectUri: string;
  readonly challenge: string | null;
}

/**
 * Creates the authorization server of one app. Its tokens are random, not seeded, because no
 * behaviour depends on them.
 */
export function createOauth(options: OauthOptions): SimulatedOauth {
  const { clientId, clientSecret, appId, rotation, accessTokenMs, now } = options;
  const signingKey = randomBytes(32);
  const counts: OauthCounts = { refreshes: 0, rejectedRefreshes: 0, exchanges: 0 };
  const accessTokens = new Map<
    string,
    { readonly account: SimulatedAccount; readonly expiresAt: number }
  >();
  const refreshTokens = new Map<string, SimulatedAccount>();
  const disconnected = new Set<string>();
  const codes = new Map<string, Code>();

  function issue(
    account: SimulatedAccount,
    refreshToken = randomBytes(24).toString("hex"),
  ): SimulatedTokens {
    const expiresAt = now() + accessTokenMs;
    const accessToken = jwt({
      sub: randomBytes(6).toString("hex"),
      iat: Math.floor(now() / 1000),
      exp: Math.floor(expiresAt / 1000),
      client_id: clientId,
      account_id: Number(decodedNumber(account.id)),
      app_id: appId,
      user_id: 1,
      scope: "read_clients read_jobs",
    });
    accessTokens.set(accessToken, { account, expiresAt });
    refreshTokens.set(refreshToken, account);
    return { accessToken, refreshToken, expiresAt };
  }

  function jwt(payload: object): string {
    const parts = [{ alg: "HS256", typ: "JWT" }, payload].map((part) =>
      Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    const text = parts.join(".");
    return `${text}.${createHmac("sha256", signingKey).update(text).digest("base64url")}`;
  }

  function drop(account: SimulatedAccount, what: Map<string, unknown>): void {
    for (const [token, owner] of what) {
      const whose = owner as SimulatedAccount | { readonly account: SimulatedAccount };
      if (("account" in whose ? whose.account : whose) === account) what.delete(token);
    }
  }

  function refresh(form: URLSearchParams): SimulatedResponse {
    const used = form.get("refresh_token") ?? "";
    const account = refreshTokens.get(used);
    if (account === undefined) {
      counts.rejectedRefreshes += 1;
      return failure(401, "invalid_grant", "The provided refresh token is not valid.");
    }
    counts.refreshes += 1;
    if (rotation === "strict") refreshTokens.delete(used);
    const tokens = rotation === "off" ? issue(account, used) : issue(account);
    const warning =
      rotation === "lenient"
        ? { warning: "Refresh token rotation will be enforced for this app." }
        : {};
    return { status: 200, body: { ...tokenBody(tokens), ...warning } };
  }

  function exchange(form: URLSearchParams): SimulatedResponse {
    const code = codes.get(form.get("code") ?? "");
    codes.delete(form.get("code") ?? "");
    const verifier = form.get("code_verifier") ?? "";
    const proven =
      code?.challenge === null ||
      createHash("sha256").update(verifier).digest("base64url") === code?.challenge;
    if (code === undefined || code.redirectUri !== form.get("redirect_uri") || !proven) {
      return failure(400, "invalid_grant", "The provided authorization grant is not valid.");
    }
    counts.exchanges += 1;
    disconnected.delete(code.account.id);
    return { status: 200, body: tokenBody(issue(code.account)) };
  }

  return {
    counts,
    connect(account) {
      disconnected.delete(account.id);
      return issue(account);
    },
    disconnect(account) {
      disconnected.add(account.id);
      drop(account, refreshTokens);
    },
    expireAccessTokens: (account) => drop(account, accessTokens),
    authorize(accessToken) {
      const known = accessTokens.get(accessToken);
      if (known === undefined || known.expiresAt <= now()) return "unknown";
      return disconnected.has(known.account.id) ? "disconnected" : known.account;
    },
    token(form) {
      if (form.get("client_id") !== clientId || form.get("client_secret") !== clientSecret) {
        return failure(401, "invalid_client", "Client authentication failed.");
      }
      if (form.get("grant_type") === "refresh_token") return refresh(form);
      if (form.get("grant_type") === "authorization_code") return exchange(form);
      return failure(400, "unsupported_grant_type", "The grant type is not supported.");
    },
    approve(query, account) {
      const back = new URL(query.get("redirect_uri") ?? "");
      // Jobber redirects a denial without any parameters. See docs/jobber-facts.md#oauth.
      if (account === null || query.get("client_id") !== clientId) return back.href;
      const code = randomBytes(16).toString("hex");
      codes.set(code, {
        account,
        redirectUri: query.get("redirect_uri") ?? "",
        challenge: query.get("code_challenge"),
      });
      back.searchParams.set("code", code);
      const state = query.get("state");
      if (state !== null) back.searchParams.set("state", state);
      return back.href;
    },
  };

  function tokenBody({ accessToken, refreshToken, expiresAt }: SimulatedTokens): object {
    return {
      access_token: accessToken,
      refresh_token: refreshToken,
      // Jobber's format is not ISO 8601. See docs/jobber-facts.md#oauth.
      expires_at: `${new Date(expiresAt).toISOString().slice(0, 19).replace("T", " ")} UTC`,
    };
  }
}

function failure(status: number, error: string, description: string): SimulatedResponse {
  return { status, body: { error, error_description: description } };
}

function decodedNumber(id: string): string {
  return Buffer.from(id, "base64").toString("latin1").split("/").at(-1) ?? "0";
}
