import { randomBytes } from "node:crypto";
import { createMemoryLease, createMemoryTokenStore, encryptTokens } from "@jobber-sync/core";
import type { TokenStore } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";
import { addJob, grantOf, openApi, SIGNAL } from "./support/open-api.ts";

const HOUR_MS = 3_600_000;

/** The store, failing while `down`. */
function fragile(store: TokenStore) {
  const state = { down: false };
  const guard =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (state.down)
        throw Object.assign(new Error("row (acme, the-secret-token)"), { code: "ECONNREFUSED" });
      return call(...args);
    };
  return { state, store: { ...store, write: guard(store.write), read: guard(store.read) } };
}

describe("a connection", () => {
  it("that was never made needs an authorization", async () => {
    const { api, jobber } = await openApi();
    const { requests } = jobber.counts;
    await expect(api.fetch("globex", "job", "MQ==", { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_NEEDS_REAUTH",
    });
    expect(jobber.counts.requests).toBe(requests);
  });

  it("is refreshed before its access token ends, once for all callers, and the pair is stored", async () => {
    const { api, account, clock, jobber, tokens, told } = await openApi();
    const { job } = addJob(account);
    const before = await tokens.read("acme");
    clock.now += HOUR_MS - 60_000;
    await Promise.all(
      Array.from({ length: 50 }, () => api.fetch("acme", "job", job.id, { signal: SIGNAL })),
    );
    const after = await tokens.read("acme");
    expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 0 });
    expect(jobber.counts.unauthorized).toBe(0);
    expect(after?.refreshToken).not.toBe(before?.refreshToken);
    expect(after?.expiresAt).toBe(clock.now + HOUR_MS);
    expect(told.filter(([name]) => name === "refreshed")).toHaveLength(1);
  });

  it("is refreshed once when Jobber rejects its token early", async () => {
    const { api, account, jobber } = await openApi();
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    await Promise.all(
      Array.from({ length: 50 }, () => api.fetch("acme", "job", job.id, { signal: SIGNAL })),
    );
    expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 0 });
  });

  it("takes over what another process refreshed, without a refresh of its own", async () => {
    const { api, another, account, jobber } = await openApi();
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    await another().fetch("acme", "job", job.id, { signal: SIGNAL });
    await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    expect(jobber.counts.oauth.refreshes).toBe(1);
  });

  it("is refreshed by one of many that share the lease", async () => {
    const lease = createMemoryLease();
    const { another, account, jobber } = await openApi({ api: { lease } });
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    const apis = Array.from({ length: 8 }, () =>
      another({ lease, sleep: async () => new Promise(setImmediate) }),
    );
    await Promise.all(apis.map((api) => api.fetch("acme", "job", job.id, { signal: SIGNAL })));
    expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 0 });
  });

  it("survives even two refreshers without a common lease: the pair that was stored wins over the mark", async () => {
    const { api, another, account, jobber, tokens, told } = await openApi();
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    jobber.faults.next("token", { kind: "slow", ms: 100 });
    // The first one is refreshed upstream at once and hears of it late; the second is rejected meanwhile.
    const first = api.fetch("acme", "job", job.id, { signal: SIGNAL });
    while (jobber.counts.oauth.refreshes === 0) await new Promise(setImmediate);
    await expect(another().fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_NEEDS_REAUTH",
    });
    expect(await first).not.toBeNull();
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    // What was paused by the mark is resumed by the hook.
    expect(told.map(([name]) => name)).toEqual([
      "connected",
      "needsReauth",
      "refreshed",
      "connected",
    ]);
  });

  it("whose process died between answer and store needs an authorization, told once, without a loop", async () => {
    const { api, account, jobber, told, tokens, clock } = await openApi();
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    jobber.faults.next("token", { kind: "lost_response" });
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_NETWORK",
    });
    clock.now += 10_000;
    const { requests } = jobber.counts;
    for (let n = 0; n < 20; n++)
      await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
        code: "ERR_API_NEEDS_REAUTH",
      });
    expect(jobber.counts.requests).toBe(requests + 1);
    expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 1 });
    expect(await tokens.read("acme")).toMatchObject({ state: "needs_reauth" });
    expect(told.filter(([name]) => name === "needsReauth")).toEqual([
      ["needsReauth", { tenant: "acme", reason: "refresh_rejected" }],
    ]);
  });

  it("works again once it was authorized again", async () => {
    const { api, account, jobber, told, tokens, connect } = await openApi();
    const { job } = addJob(account);
    const row = await tokens.read("acme");
    await tokens.write(
      { ...(row as NonNullable<typeof row>), state: "needs_reauth", revision: "x" },
      row?.revision ?? "",
    );
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_NEEDS_REAUTH",
    });
    await connect();
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    expect(told.filter(([name]) => name === "connected")).toHaveLength(2);
    expect(jobber.counts.oauth.refreshes).toBe(0);
  });

  it("whose fresh token is rejected too needs an authorization", async () => {
    const { api, account, jobber, told } = await openApi();
    const { job } = addJob(account);
    jobber.faults.always("graphql", {
      kind: "body",
      status: 401,
      body: { message: "Token not recognized" },
    });
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_NEEDS_REAUTH",
    });
    expect(jobber.counts.oauth.refreshes).toBe(1);
    expect(told.at(-1)).toEqual(["needsReauth", { tenant: "acme", reason: "token_rejected" }]);
  });

  it("goes on with a token that still works while the token endpoint is down", async () => {
    const { api, account, jobber, clock } = await openApi();
    const { job } = addJob(account);
    clock.now += HOUR_MS - 60_000;
    jobber.faults.always("token", { kind: "outage" });
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    clock.now += 120_000;
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_TOKEN_REFRESH",
      retryable: true,
    });
  });

  it("asks a token endpoint that is down once in a while, not once per delivery", async () => {
    let asked = 0;
    const { api, account, jobber } = await openApi({
      api: {
        fetch: (url, init) => {
          if (url.endsWith("/token")) asked += 1;
          return fetch(url, init);
        },
      },
    });
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    jobber.faults.always("token", { kind: "html" });
    for (let n = 0; n < 30; n++) {
      const error: unknown = await api
        .fetch("acme", "job", job.id, { signal: SIGNAL })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "ERR_TOKEN_REFRESH" });
      if (n > 0) expect(error).toMatchObject({ retryAfterMs: 5000 });
    }
    expect(asked).toBe(1);
  });

  it("keeps a pair that could not be stored, and stores it later, before it is used", async () => {
    const { state, store } = fragile(createMemoryTokenStore());
    let refreshed = (): void => {};
    const { api, account, jobber, clock } = await openApi({
      api: {
        tokens: store,
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          if (url.endsWith("/token")) refreshed();
          return response;
        },
      },
    });
    const { job } = addJob(account);
    refreshed = () => {
      state.down = true;
    };
    jobber.expireAccessTokens(account);
    await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_STORE",
      message: expect.not.stringContaining("the-secret-token"),
    });
    state.down = false;
    refreshed = () => {};
    clock.now += 10_000;
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 0 });
  });

  it("is not lost when the caller that began a refresh gives up before it ends", async () => {
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { api, account, jobber, tokens } = await openApi({
      api: {
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          if (url.endsWith("/token")) await released;
          return response;
        },
      },
    });
    const { job } = addJob(account);
    const before = await tokens.read("acme");
    jobber.expireAccessTokens(account);
    const abort = new AbortController();
    const fetched = api.fetch("acme", "job", job.id, { signal: abort.signal });
    while (jobber.counts.oauth.refreshes === 0) await new Promise(setImmediate);
    abort.abort(new Error("800 ms are over"));
    await expect(fetched).rejects.toThrow("800 ms are over");
    release();
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    expect((await tokens.read("acme"))?.refreshToken).not.toBe(before?.refreshToken);
    expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 0 });
  });

  it.each([-HOUR_MS, HOUR_MS])(
    "is not refreshed before every request by a clock that is %i ms off",
    async (off) => {
      const { another, account, jobber, clock } = await openApi();
      const { job } = addJob(account);
      const api = another({ now: () => clock.now + off });
      for (let minute = 0; minute < 120; minute++) {
        clock.now += 60_000;
        expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
      }
      expect(jobber.counts.oauth.refreshes).toBeLessThanOrEqual(3);
      expect(jobber.counts.oauth.rejectedRefreshes).toBe(0);
    },
  );

  it.each(["lenient", "off"] as const)("works where rotation is %s", async (rotation) => {
    const { api, account, jobber, clock } = await openApi({ jobber: { rotation } });
    const { job } = addJob(account);
    for (let n = 0; n < 3; n++) {
      clock.now += HOUR_MS;
      expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    }
    expect(jobber.counts.oauth.refreshes).toBe(3);
  });

  it("is stored encrypted, and connected anew over a row that no key opens", async () => {
    const rows = createMemoryTokenStore();
    const tokens = encryptTokens(rows, [{ id: "k1", key: randomBytes(32) }]);
    const { account, another, jobber, clock } = await openApi({ api: { tokens } });
    const { job } = addJob(account);
    const other = another({ tokens: encryptTokens(rows, [{ id: "k2", key: randomBytes(32) }]) });
    await expect(other.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_TOKEN_DECRYPT",
    });
    await other.connect("acme", grantOf(jobber, account, clock.now));
    expect(await other.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
  });

  it("is rejected for another account than the tenant's", async () => {
    const { api, jobber, account, clock, tokens } = await openApi();
    const grant = grantOf(jobber, jobber.addAccount("Globex"), clock.now);
    const before = await tokens.read("acme");
    await expect(api.connect("acme", grant, account.id)).rejects.toMatchObject({
      code: "ERR_ACCOUNT_MISMATCH",
    });
    expect(await tokens.read("acme")).toEqual(before);
  });
});

describe("APP_DISCONNECT", () => {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

  it("is believed when Jobber rejects the tokens; they are erased", async () => {
    const { api, account, jobber, tokens, told, clock } = await openApi();
    jobber.disconnect(account);
    clock.now += 5000;
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(true);
    expect(await tokens.read("acme")).toMatchObject({
      state: "disconnected",
      accessToken: "",
      refreshToken: "",
    });
    expect(told.filter(([name]) => name === "disconnected")).toHaveLength(1);
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(true);
    await expect(api.fetch("acme", "job", "MQ==", { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_DISCONNECTED",
    });
  });

  it("is believed when the tokens are unknown and cannot be refreshed", async () => {
    const { api, account, jobber, tokens, clock } = await openApi();
    jobber.disconnect(account);
    jobber.expireAccessTokens(account);
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(true);
    expect(await tokens.read("acme")).toMatchObject({ state: "disconnected", refreshToken: "" });
  });

  it("is not believed when it is older than the connection, and costs no request", async () => {
    const { api, jobber, account, connect, clock, tokens } = await openApi();
    const told = at(clock.now);
    jobber.disconnect(account);
    clock.now += 60_000;
    await connect();
    const { requests } = jobber.counts;
    expect(await api.disconnected("acme", told, { signal: SIGNAL })).toBe(false);
    expect(jobber.counts.requests).toBe(requests);
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  });

  it("is not believed when the connection works", async () => {
    const { api, clock, tokens } = await openApi();
    clock.now += 60_000;
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(false);
    expect(await api.disconnected("acme", null, { signal: SIGNAL })).toBe(false);
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  });

  it("is left open while Jobber cannot be asked", async () => {
    const { api, jobber, clock, tokens } = await openApi();
    jobber.faults.always("graphql", { kind: "outage" });
    await expect(api.disconnected("acme", at(clock.now), { signal: SIGNAL })).rejects.toMatchObject(
      {
        retryable: true,
      },
    );
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  });
});
