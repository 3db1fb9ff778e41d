import { randomBytes } from "node:crypto";
import { createMemoryCursorStore, createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { createSimulator, type Simulator } from "@jobber-sync/testing/simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApi } from "../src/create-api.ts";
import { reconcileRegularly } from "../src/reconcile-regularly.ts";

const FIFTEEN_MINUTES_MS = 15 * 60_000;

let jobber: Simulator;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  jobber = await createSimulator();
});

afterEach(async () => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  await jobber.close();
});

function begin() {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const { clientId, clientSecret, endpoint } = jobber;
  const tokenKey = { id: "test", key: randomBytes(32) };
  const api = createApi({ clientId, clientSecret, endpoint, tokenKey }, { inbox });
  const tenants = [{ slug: "acme", secrets: clientSecret }];
  const reconciling = reconcileRegularly({
    api,
    inbox,
    store,
    cursors: createMemoryCursorStore(),
    tenants,
  });
  return { api, store, reconciling };
}

test("reconcileRegularly finds a missed client within 15 minutes and makes no request after stop", async () => {
  const { api, store, reconciling } = begin();
  const account = jobber.addAccount();
  account.addClient({ firstName: "Grace", lastName: "Hopper" });
  const { accessToken, refreshToken } = jobber.connect(account);
  await api.connect("acme", {
    accessToken,
    refreshToken,
    lifetimeMs: 3_600_000,
    serverTime: Date.now(),
  });
  expect(await store.contacts("acme")).toEqual([]);

  vi.advanceTimersByTime(FIFTEEN_MINUTES_MS);
  await vi.waitFor(async () =>
    expect(await store.contacts("acme")).toMatchObject([{ name: "Grace Hopper" }]),
  );

  await reconciling.stop();
  const { requests } = jobber.counts;
  vi.advanceTimersByTime(FIFTEEN_MINUTES_MS);
  await reconciling.soon("acme");
  expect(jobber.counts.requests).toBe(requests);
});

test("reconcileRegularly skips a tenant without a connection and logs the code of any other failure", async () => {
  const logged = vi.spyOn(console, "error").mockImplementation(() => {});
  const { api, reconciling } = begin();
  await reconciling.soon("acme");
  expect(logged).not.toHaveBeenCalled();

  const account = jobber.addAccount();
  const { accessToken, refreshToken } = jobber.connect(account);
  await api.connect("acme", {
    accessToken,
    refreshToken,
    lifetimeMs: 3_600_000,
    serverTime: Date.now(),
  });
  account.conditions.inactive = true;
  await reconciling.soon("acme");
  expect(logged.mock.calls).toEqual([
    [expect.stringContaining("acme: reconcile stopped with ERR_API_INACTIVE")],
  ]);
  await reconciling.stop();
});
