import { authorizeUrl, createJobberApi, exchangeCode } from "@jobber-sync/api";
import { createMemoryTokenStore } from "@jobber-sync/core";
import { createSimulator, type Simulator } from "@jobber-sync/testing/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { readTokenResponse } from "../../src/oauth/read-token-response.ts";
import { tokenLifetime } from "../../src/oauth/token-grant.ts";
import { addJob, openApi, SIGNAL } from "../support/open-api.ts";

const redirectUri = "https://acme.example/jobber/callback";

async function openFlow() {
  const jobber = await createSimulator();
  onTestFinished(() => jobber.close());
  const { clientId, clientSecret, endpoint } = jobber;
  const account = jobber.addAccount();
  jobber.approveAs(account);
  const request = await authorizeUrl({ clientId, redirectUri, endpoint });
  const app = { clientId, clientSecret, endpoint, redirectUri };
  return { jobber, account, request, app, callbackUrl: await visit(jobber, request.url) };
}

/** Returns the URL the browser is redirected to. */
async function visit(_: Simulator, url: string): Promise<string> {
  const response = await fetch(url, { redirect: "manual" });
  return response.headers.get("location") ?? "";
}

describe("the OAuth code flow", () => {
  it("connects the account that Jobber reports", async () => {
    const { jobber, account, request, app, callbackUrl } = await openFlow();
    const { state, codeVerifier } = request;
    const grant = await exchangeCode({ ...app, callbackUrl, state, codeVerifier });
    const api = createJobberApi({
      ...app,
      tokens: createMemoryTokenStore(),
      version: jobber.version,
    });
    expect(await api.connect("acme", grant)).toBe(account.id);
    const { job } = addJob(account);
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
  });

  it("sends a state and an S256 challenge, but no verifier and no scope", async () => {
    const { request } = await openFlow();
    const { searchParams } = new URL(request.url);
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: "code",
      client_id: "simulated-client-id",
      redirect_uri: redirectUri,
      state: request.state,
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: "S256",
    });
    expect(request.url).not.toContain(request.codeVerifier);
    expect(request.state.length).toBeGreaterThanOrEqual(43);
  });

  it.each([
    ["another state", (url: URL) => url.searchParams.set("state", "another")],
    ["no state", (url: URL) => url.searchParams.delete("state")],
    ["two states", (url: URL) => url.searchParams.append("state", "another")],
  ])("rejects a callback with %s before sending the code", async (_, change) => {
    const { jobber, request, app, callbackUrl } = await openFlow();
    const url = new URL(callbackUrl);
    change(url);
    const { state, codeVerifier } = request;
    await expect(
      exchangeCode({ ...app, callbackUrl: url, state, codeVerifier }),
    ).rejects.toMatchObject({
      code: "ERR_OAUTH_STATE",
    });
    expect(jobber.counts.oauth.exchanges).toBe(0);
  });

  it("rejects a state in a flow that began without one", async () => {
    const { app, callbackUrl } = await openFlow();
    await expect(
      exchangeCode({ ...app, callbackUrl, state: null, codeVerifier: null }),
    ).rejects.toMatchObject({
      code: "ERR_OAUTH_STATE",
    });
  });

  it("completes a flow that began in the marketplace", async () => {
    const { jobber, app } = await openFlow();
    const url = `${jobber.authorizeEndpoint}?${new URLSearchParams({ client_id: app.clientId, redirect_uri: redirectUri })}`;
    const callbackUrl = await visit(jobber, url);
    const grant = await exchangeCode({ ...app, callbackUrl, state: null, codeVerifier: null });
    expect(grant.refreshToken).not.toBe("");
  });

  it("reads a callback without parameters as a denial", async () => {
    const { jobber, app, request } = await openFlow();
    jobber.approveAs(null);
    const callbackUrl = await visit(jobber, request.url);
    expect(callbackUrl).toBe(redirectUri);
    const { state, codeVerifier } = request;
    await expect(exchangeCode({ ...app, callbackUrl, state, codeVerifier })).rejects.toMatchObject({
      code: "ERR_OAUTH_DENIED",
      status: 400,
    });
  });

  it("accepts a code once, and only with its verifier", async () => {
    const { app, request, callbackUrl, jobber } = await openFlow();
    const { state, codeVerifier } = request;
    await exchangeCode({ ...app, callbackUrl, state, codeVerifier });
    const again = exchangeCode({ ...app, callbackUrl, state, codeVerifier });
    await expect(again).rejects.toMatchObject({ code: "ERR_OAUTH_EXCHANGE", retryable: false });
    const fresh = await visit(jobber, request.url);
    const guessed = exchangeCode({
      ...app,
      callbackUrl: fresh,
      state,
      codeVerifier: "a".repeat(43),
    });
    await expect(guessed).rejects.toMatchObject({ code: "ERR_OAUTH_EXCHANGE" });
  });

  it("reports that Jobber rejected the app's credentials", async () => {
    const { app, request, callbackUrl } = await openFlow();
    const { state, codeVerifier } = request;
    const attempt = exchangeCode({
      ...app,
      clientSecret: "a rolled secret",
      callbackUrl,
      state,
      codeVerifier,
    });
    await expect(attempt).rejects.toMatchObject({
      code: "ERR_TOKEN_REFRESH",
      message: expect.stringContaining("clientSecret"),
    });
  });

  it.each([
    "http://api.getjobber.com/api/graphql",
    "https://me:secret@host/",
    "ftp://host/",
    "",
    "graphql",
  ])("never sends a secret to %s", async (endpoint) => {
    const app = { clientId: "id", clientSecret: "the client secret", endpoint };
    await expect(authorizeUrl({ ...app, redirectUri })).rejects.toThrow(TypeError);
    const tokens = createMemoryTokenStore();
    expect(() => createJobberApi({ ...app, tokens, version: "2026-07-27" })).toThrow(TypeError);
  });
});

describe("tokenLifetime", () => {
  const NOW = Date.parse("2026-01-25T10:00:00Z");
  const jwt = (exp: unknown) =>
    `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.sig`;

  it.each([
    ["expires_in in milliseconds", { access_token: jwt(0), expires_in: 1800 }, 1_800_000],
    ["the time until the JWT's exp", { access_token: jwt(NOW / 1000 + 900) }, 900_000],
    [
      "the time until expires_at",
      { access_token: "opaque", expires_at: "2026-01-25 10:20:00 UTC" },
      1_200_000,
    ],
    ["60 minutes without an expiry", { access_token: "opaque" }, 3_600_000],
    [
      "60 minutes for an unreadable expiry",
      { access_token: jwt("soon"), expires_at: "soon" },
      3_600_000,
    ],
    ["at least one minute", { access_token: jwt(5) }, 60_000],
    ["at most one day", { access_token: jwt(1e12) }, 86_400_000],
  ])("returns %s", (_, body, expected) => {
    expect(tokenLifetime(body, NOW)).toBe(expected);
  });
});

describe("refreshing with an unusual token response", () => {
  const odd: readonly (readonly [string, object])[] = [
    ["expires_in null", { expires_in: null }],
    ["expires_in -5", { expires_in: -5 }],
    ["expires_in 0", { expires_in: 0 }],
    ['expires_in "3600"', { expires_in: "3600" }],
    ["expires_in 1e99", { expires_in: 1e99 }],
    ["expires_at {}", { expires_at: {} }],
    ["scope 5", { scope: 5 }],
    ["token_type mac", { token_type: "mac" }],
    ["token_type null", { token_type: null }],
    ["an id_token", { id_token: "x.y.z" }],
    ["an access token with a line ending", { access_token: "a\n" }],
    ["access_token 5", { access_token: 5 }],
    ["access_token null", { access_token: null }],
    ["a warning", { warning: { text: "old" } }],
  ];

  it.each(odd)("keeps the rotated refresh token: %s", async (_, patch) => {
    let unusual = true;
    const { api, account, clock, jobber, tokens } = await openApi({
      api: {
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          if (!url.endsWith("/token") || !unusual) return response;
          const body = { ...((await response.json()) as object), ...patch };
          return Response.json(body, { headers: { date: new Date(clock.now).toUTCString() } });
        },
      },
    });
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    const outcome = await api
      .fetch("acme", "job", job.id, { signal: SIGNAL })
      .catch((error: { code: string }) => error.code);
    if ("access_token" in patch) expect(outcome).toBe("ERR_TOKEN_REFRESH");
    else expect(outcome).not.toBeTypeOf("string");
    unusual = false;
    for (let n = 0; n < 3; n++) {
      clock.now += 3_590_000;
      expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    }
    expect(jobber.counts.oauth.rejectedRefreshes).toBe(0);
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  });

  const read = (status: number, body: unknown, oldRefreshToken: string | null = "old") =>
    readTokenResponse(
      { status, headers: new Headers(), text: JSON.stringify(body) },
      { serverTime: 0, oldRefreshToken },
    );

  it.each([500, 502, 503])("is an outage with status %i, even as invalid_grant", (status) => {
    expect(() => read(status, { error: "invalid_grant" })).toThrow(
      expect.objectContaining({ code: "ERR_TOKEN_REFRESH", retryable: true }),
    );
  });

  it("waits after a 429", () => {
    expect(() => read(429, { error: "invalid_grant" })).toThrow(
      expect.objectContaining({ code: "ERR_API_RATE_LIMITED", retryAfterMs: 30_000 }),
    );
  });

  it.each([undefined, null, "", 5])("keeps the old refresh token for refresh_token %o", (token) => {
    const grant = read(200, { access_token: "a", refresh_token: token });
    expect(grant).toMatchObject({ accessToken: "a", refreshToken: "old" });
    expect(() => read(200, { access_token: "a", refresh_token: token }, null)).toThrow(
      expect.objectContaining({ code: "ERR_TOKEN_REFRESH" }),
    );
  });
});
