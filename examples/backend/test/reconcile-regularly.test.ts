import { randomBytes } from "node:crypto";
import { createMemoryCursorStore, createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { createSimulator, type Simulator } from "@jobber-sync/testing/simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApi } from "../src/create-api.ts";
import { reconcileRegularly } from "../src/reconcile-regularly.ts";

const QUARTER_OF_AN_HOUR_MS = 15 * 60_000;

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

test("what no webhook told is found within a quarter of an hour, and nothing is done after the stop", async () => {
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

  vi.advanceTimersByTime(QUARTER_OF_AN_HOUR_MS);
  await vi.waitFor(async () =>
    expect(await store.contacts("acme")).toMatchObject([{ name: "Grace Hopper" }]),
  );

  await reconciling.stop();
  const { requests } = jobber.counts;
  vi.advanceTimersByTime(QUARTER_OF_AN_HOUR_MS);
  await reconciling.soon("acme");
  expect(jobber.counts.requests).toBe(requests);
});

test("a tenant that is not connected is passed over in silence; any other failure is told by its code", async () => {
  const complain = vi.spyOn(console, "error").mockImplementation(() => {});
  const { api, reconciling } = begin();
  await reconciling.soon("acme");
  expect(complain).not.toHaveBeenCalled();

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
  expect(complain.mock.calls).toEqual([
    [expect.stringContaining("acme: the reconcile stopped at ERR_API_INACTIVE")],
  ]);
  await reconciling.stop();
});
