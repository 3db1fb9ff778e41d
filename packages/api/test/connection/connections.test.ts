import { createMemoryLease, createMemoryTokenStore } from "@jobber-sync/core";
import type { TokenStore } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";
import { addJob, openApi, SIGNAL, START } from "../support/open-api.ts";

const HOUR_MS = 3_600_000;

/** Wraps the store so that reads and writes fail while `state.down` is set. */
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

describe("connections", () => {
  it("reject calls of a tenant that was never connected, without a request", async () => {
    const { api, jobber } = await openApi();
    const { requests } = jobber.counts;
    await expect(api.fetch("globex", "job", "MQ==", { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_NEEDS_REAUTH",
    });
    expect(jobber.counts.requests).toBe(requests);
  });

  it("refresh a token before it expires, once for all callers, and store the pair", async () => {
    const { api, account, clock, jobber, tokens, emitted } = await openApi();
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
    expect(emitted.filter(([name]) => name === "refreshed")).toHaveLength(1);
  });

  it("refresh once when Jobber rejects the token early", async () => {
    const { api, account, jobber } = await openApi();
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    await Promise.all(
      Array.from({ length: 50 }, () => api.fetch("acme", "job", job.id, { signal: SIGNAL })),
    );
    expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 0 });
  });

  it("use tokens that another process has refreshed", async () => {
    const { api, another, account, jobber } = await openApi();
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    await another().fetch("acme", "job", job.id, { signal: SIGNAL });
    await api.fetch("acme", "job", job.id, { signal: SIGNAL });
    expect(jobber.counts.oauth.refreshes).toBe(1);
  });

  it("refresh in one of several processes that share the lease", async () => {
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

  it("survive two refreshers without a common lease: the stored pair wins over the mark", async () => {
    const { api, another, account, jobber, tokens, emitted } = await openApi();
    const { job } = addJob(account);
    jobber.expireAccessTokens(account);
    jobber.faults.next("token", { kind: "slow", ms: 1000 });
    // The first refresh succeeds upstream but its response is slow; the second is rejected
    // meanwhile.
    const first = api.fetch("acme", "job", job.id, { signal: SIGNAL });
    while (jobber.counts.oauth.refreshes === 0) await new Promise(setImmediate);
    await expect(another().fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_NEEDS_REAUTH",
    });
    expect(await first).not.toBeNull();
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    // The "connected" hook resumes the deliveries that the mark paused.
    expect(emitted.map(([name]) => name)).toEqual([
      "connected",
      "needsReauth",
      "refreshed",
      "connected",
    ]);
  });

  it("need reauthorization once, without a loop, after a token response was lost", async () => {
    const { api, account, jobber, emitted, tokens, clock } = await openApi();
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
    expect(emitted.filter(([name]) => name === "needsReauth")).toEqual([
      ["needsReauth", { tenant: "acme", reason: "refresh_rejected" }],
    ]);
  });

  it("work again after the tenant is reconnected", async () => {
    const { api, account, jobber, emitted, tokens, connect } = await openApi();
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
    expect(emitted.filter(([name]) => name === "connected")).toHaveLength(2);
    expect(jobber.counts.oauth.refreshes).toBe(0);
  });

  it("back off while Jobber refuses fresh tokens, and work again without reauthorization", async () => {
    const { api, account, clock, jobber, tokens, emitted } = await openApi();
    const { job } = addJob(account);
    jobber.faults.always("graphql", {
      kind: "body",
      status: 401,
      body: { message: "Token not recognized" },
    });
    const pauses: number[] = [];
    for (let n = 0; n < 100; n++) {
      const error: unknown = await api
        .fetch("acme", "job", job.id, { signal: SIGNAL })
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: "ERR_API_UNAUTHORIZED", retryable: true });
      const { retryAfterMs = 0 } = error as { retryAfterMs?: number };
      pauses.push(retryAfterMs);
      // Calls during the back-off send nothing.
      const { requests } = jobber.counts;
      await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toThrow();
      expect(jobber.counts.requests).toBe(requests);
      clock.now += retryAfterMs;
      if (clock.now - START > HOUR_MS / 2) break;
    }
    expect(pauses.slice(0, 4)).toEqual([5000, 10_000, 20_000, 40_000]);
    expect(Math.max(...pauses)).toBe(300_000);
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
    expect(emitted.filter(([name]) => name === "needsReauth")).toEqual([]);
    jobber.faults.clear();
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    jobber.expireAccessTokens(account);
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
  });

  it("keep using a valid token while the token endpoint is down", async () => {
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

  it("call a failing token endpoint once per pause, not once per delivery", async () => {
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

  it("keep a pair that could not be stored, and store it before using it", async () => {
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

  it("store the tokens of a refresh whose caller has aborted", async () => {
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
    "do not refresh before every request with a clock that is %i ms off",
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

  it.each(["lenient", "off"] as const)("work with token rotation %s", async (rotation) => {
    const { api, account, jobber, clock } = await openApi({ jobber: { rotation } });
    const { job } = addJob(account);
    for (let n = 0; n < 3; n++) {
      clock.now += HOUR_MS;
      expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
    }
    expect(jobber.counts.oauth.refreshes).toBe(3);
  });
});
