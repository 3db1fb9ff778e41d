import { authorizeUrl, createJobberApi, exchangeCode } from "@jobber-sync/api";
import { createMemoryTokenStore } from "@jobber-sync/core";
import { createSimulator, type Simulator } from "@jobber-sync/testing/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { tokenLifetime } from "../src/oauth/token-grant.ts";
import { addJob, SIGNAL } from "./support/open-api.ts";

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

/** Where the browser is sent back to. */
async function visit(_: Simulator, url: string): Promise<string> {
  const response = await fetch(url, { redirect: "manual" });
  return response.headers.get("location") ?? "";
}

describe("the OAuth code flow", () => {
  it("ends in a connection whose account Jobber named", async () => {
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

  it("asks with state and an S256 challenge, and never with the verifier or a scope", async () => {
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
  ])("rejects an answer with %s, before any code is sent", async (_, change) => {
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

  it("rejects a state where the flow began without one", async () => {
    const { app, callbackUrl } = await openFlow();
    await expect(
      exchangeCode({ ...app, callbackUrl, state: null, codeVerifier: null }),
    ).rejects.toMatchObject({
      code: "ERR_OAUTH_STATE",
    });
  });

  it("takes a flow that began in the marketplace", async () => {
    const { jobber, app } = await openFlow();
    const url = `${jobber.authorizeEndpoint}?${new URLSearchParams({ client_id: app.clientId, redirect_uri: redirectUri })}`;
    const callbackUrl = await visit(jobber, url);
    const grant = await exchangeCode({ ...app, callbackUrl, state: null, codeVerifier: null });
    expect(grant.refreshToken).not.toBe("");
  });

  it("takes an answer without parameters for a rejection", async () => {
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

  it("takes a code once, and only with its verifier", async () => {
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

  it("says when Jobber does not accept the app itself", async () => {
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

describe("an access token's life", () => {
  const NOW = Date.parse("2026-01-25T10:00:00Z");
  const jwt = (exp: unknown) =>
    `e30.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.sig`;

  it.each([
    ["expires_in", { access_token: jwt(0), expires_in: 1800 }, 1_800_000],
    ["the token's exp", { access_token: jwt(NOW / 1000 + 900) }, 900_000],
    ["expires_at", { access_token: "opaque", expires_at: "2026-01-25 10:20:00 UTC" }, 1_200_000],
    ["sixty minutes where nothing is said", { access_token: "opaque" }, 3_600_000],
    [
      "sixty minutes where nothing can be read",
      { access_token: jwt("soon"), expires_at: "soon" },
      3_600_000,
    ],
    ["a minute at least", { access_token: jwt(5) }, 60_000],
    ["a day at most", { access_token: jwt(1e12) }, 86_400_000],
  ])("is told by %s", (_, body, expected) => {
    expect(tokenLifetime(body, NOW)).toBe(expected);
  });
});
