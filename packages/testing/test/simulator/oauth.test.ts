import { describe, expect, it } from "vitest";
import { ask, askToken, openSimulator } from "../support/open-simulator.ts";

const ACCOUNT = "{ account { id } }";
const refresh = (refresh_token: string) => ({ grant_type: "refresh_token", refresh_token });

describe("the simulated OAuth server", () => {
  it("kills a refresh token with its use, and gives another", async () => {
    const { jobber, tokens } = await openSimulator();
    const { status, body } = await askToken(jobber, refresh(tokens.refreshToken));
    expect(status).toBe(200);
    expect(body.refresh_token).not.toBe(tokens.refreshToken);
    expect(body.expires_at).toBe("2026-01-25 11:00:00 UTC");
    expect((await ask(jobber, body.access_token ?? "", ACCOUNT)).body.data).toBeDefined();
    expect(await askToken(jobber, refresh(tokens.refreshToken))).toMatchObject({
      status: 401,
      body: {
        error: "invalid_grant",
        error_description: "The provided refresh token is not valid.",
      },
    });
    expect(jobber.counts.oauth).toEqual({ refreshes: 1, rejectedRefreshes: 1, exchanges: 0 });
  });

  it("only warns of it where rotation is lenient, and repeats the token where it is off", async () => {
    const lenient = await openSimulator({ rotation: "lenient" });
    for (let n = 0; n < 2; n++) {
      const { body } = await askToken(lenient.jobber, refresh(lenient.tokens.refreshToken));
      expect(body.warning).toContain("rotation");
    }
    const off = await openSimulator({ rotation: "off" });
    const { body } = await askToken(off.jobber, refresh(off.tokens.refreshToken));
    expect(body.refresh_token).toBe(off.tokens.refreshToken);
  });

  it("gives access tokens that are JWTs and end", async () => {
    const { jobber, tokens, clock, account } = await openSimulator();
    const payload = JSON.parse(
      Buffer.from(tokens.accessToken.split(".")[1] ?? "", "base64url").toString(),
    );
    expect(payload).toMatchObject({ exp: (clock.now + 3_600_000) / 1000, app_id: jobber.appId });
    clock.now += 3_600_000;
    expect((await ask(jobber, tokens.accessToken, ACCOUNT)).status).toBe(401);
    const fresh = jobber.connect(account);
    jobber.expireAccessTokens(account);
    expect((await ask(jobber, fresh.accessToken, ACCOUNT)).status).toBe(401);
  });

  it("kills every token of an account that disconnects, and tells so", async () => {
    const { jobber, tokens, account } = await openSimulator();
    jobber.webhooks.subscribe(account.id, "http://127.0.0.1:1/");
    jobber.disconnect(account);
    expect((await ask(jobber, tokens.accessToken, ACCOUNT)).body).toEqual({
      message: "User has disconnected this app from their account. Please delete this token",
    });
    expect((await askToken(jobber, refresh(tokens.refreshToken))).status).toBe(401);
    expect(jobber.webhooks.waiting).toBe(1);
  });

  it("rejects another client secret, and an unknown grant", async () => {
    const { jobber, tokens } = await openSimulator();
    expect(
      (await askToken(jobber, { ...refresh(tokens.refreshToken), client_secret: "x" })).body.error,
    ).toBe("invalid_client");
    expect((await askToken(jobber, { grant_type: "password" })).body.error).toBe(
      "unsupported_grant_type",
    );
    expect((await askToken(jobber, refresh(tokens.refreshToken))).status).toBe(200);
  });
});
