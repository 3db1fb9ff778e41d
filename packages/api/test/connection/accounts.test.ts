import { randomBytes } from "node:crypto";
import { createMemoryTokenStore, encryptTokens } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { addJob, grantOf, openApi, SIGNAL } from "../support/open-api.ts";

const code = (error: { readonly code?: string }): string => String(error.code);

describe("api.connect", () => {
  it("rejects another account than the expected one, and stores nothing", async () => {
    const { api, jobber, account, clock, tokens } = await openApi();
    const grant = grantOf(jobber, jobber.addAccount("Globex"), clock.now);
    const before = await tokens.read("acme");
    await expect(
      api.connect("acme", grant, { accountIds: [account.id], replaceAccount: true }),
    ).rejects.toMatchObject({ code: "ERR_ACCOUNT_MISMATCH" });
    expect(await tokens.read("acme")).toEqual(before);
  });

  it.each(["connected", "needs_reauth", "disconnected"] as const)(
    "rejects another account than the stored one, which is %s, unless replaceAccount is set",
    async (state) => {
      const { connect, jobber, tokens } = await openApi();
      const stored = await tokens.read("acme");
      if (stored !== null) await tokens.write({ ...stored, state, revision: "x" }, stored.revision);
      const other = jobber.addAccount("Globex");
      await expect(connect("acme", other)).rejects.toMatchObject({ code: "ERR_ACCOUNT_MISMATCH" });
      expect(await tokens.read("acme")).toMatchObject({ accountId: stored?.accountId, state });
      expect(await connect("acme", other, { replaceAccount: true })).toBe(other.id);
      expect(await tokens.read("acme")).toMatchObject({ accountId: other.id, state: "connected" });
    },
  );

  it("rejects an account that another tenant is connected to, unless allowSharedAccount is set", async () => {
    const { connect, account, tokens } = await openApi();
    await expect(connect("globex")).rejects.toMatchObject({ code: "ERR_ACCOUNT_IN_USE" });
    expect(await tokens.read("globex")).toBeNull();
    expect(await connect("globex", account, { allowSharedAccount: true })).toBe(account.id);
  });

  it("accepts an account that another tenant has disconnected", async () => {
    const { api, connect, account, clock, jobber } = await openApi();
    jobber.disconnect(account);
    clock.now += 5000;
    await api.disconnected("acme", null, { signal: SIGNAL });
    expect(await connect("globex")).toBe(account.id);
  });

  it("connects an account to one of two tenants that connect it at the same time", async () => {
    const { connect, jobber } = await openApi();
    const account = jobber.addAccount("Globex");
    const results = await Promise.all([
      connect("one", account).catch(code),
      connect("two", account).catch(code),
    ]);
    expect(results.sort()).toEqual(["ERR_ACCOUNT_IN_USE", account.id].sort());
  });
});

describe("a lost encryption key", () => {
  async function openLost() {
    const rows = createMemoryTokenStore();
    const key = { id: "k1", key: randomBytes(32) };
    const opened = await openApi({ api: { tokens: encryptTokens(rows, [key]) } });
    const { job } = addJob(opened.account);
    const keys = [{ id: "k2", key: randomBytes(32) }];
    const tokens = encryptTokens(rows, keys);
    return { ...opened, rows, key, job, tokens, api: opened.another({ tokens }) };
  }

  it("is reported once by needsReauth, and the tenant can connect again", async () => {
    const { api, account, clock, emitted, job, jobber } = await openLost();
    for (let n = 0; n < 3; n++)
      await expect(api.fetch("acme", "job", job.id, { signal: SIGNAL })).rejects.toMatchObject({
        code: "ERR_TOKEN_DECRYPT",
      });
    expect(emitted.filter(([name]) => name === "needsReauth")).toEqual([
      ["needsReauth", { tenant: "acme", reason: "key_lost" }],
    ]);
    await api.connect("acme", grantOf(jobber, account, clock.now));
    expect(await api.fetch("acme", "job", job.id, { signal: SIGNAL })).not.toBeNull();
  });

  it("does not let another account take the tenant's place", async () => {
    const { api, clock, jobber } = await openLost();
    const grant = grantOf(jobber, jobber.addAccount("Globex"), clock.now);
    await expect(api.connect("acme", grant)).rejects.toMatchObject({
      code: "ERR_ACCOUNT_MISMATCH",
    });
  });
});

describe("APP_DISCONNECT", () => {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;

  it("erases the tokens when Jobber rejects them", async () => {
    const { api, account, jobber, tokens, emitted, clock } = await openApi();
    jobber.disconnect(account);
    clock.now += 5000;
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(true);
    expect(await tokens.read("acme")).toMatchObject({
      state: "disconnected",
      accessToken: "",
      refreshToken: "",
    });
    expect(emitted.filter(([name]) => name === "disconnected")).toHaveLength(1);
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(true);
    await expect(api.fetch("acme", "job", "MQ==", { signal: SIGNAL })).rejects.toMatchObject({
      code: "ERR_API_DISCONNECTED",
    });
  });

  it("erases the tokens when the access token is unknown and the refresh token is rejected", async () => {
    const { api, account, jobber, tokens, clock } = await openApi();
    jobber.disconnect(account);
    jobber.expireAccessTokens(account);
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(true);
    expect(await tokens.read("acme")).toMatchObject({ state: "disconnected", refreshToken: "" });
  });

  it("is ignored without a request when it is older than the connection", async () => {
    const { api, jobber, account, connect, clock, tokens } = await openApi();
    const emitted = at(clock.now);
    jobber.disconnect(account);
    clock.now += 60_000;
    await connect();
    const { requests } = jobber.counts;
    expect(await api.disconnected("acme", emitted, { signal: SIGNAL })).toBe(false);
    expect(jobber.counts.requests).toBe(requests);
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  });

  it("is ignored when the connection works", async () => {
    const { api, clock, tokens } = await openApi();
    clock.now += 60_000;
    expect(await api.disconnected("acme", at(clock.now), { signal: SIGNAL })).toBe(false);
    expect(await api.disconnected("acme", null, { signal: SIGNAL })).toBe(false);
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  });

  it("is retried while Jobber is down", async () => {
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
