import { randomBytes } from "node:crypto";
import { createMemoryCursorStore, createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import { createSimulator, type Simulator } from "@jobber-sync/testing/simulator";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createApi } from "../src/create-api.ts";
import { progressLine, startReconciler } from "../src/start-reconciler.ts";

let jobber: Simulator;

beforeEach(async () => {
  jobber = await createSimulator();
});

afterEach(async () => {
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
  const reconciler = startReconciler({
    api,
    inbox,
    store,
    cursors: createMemoryCursorStore(),
    tenants,
  });
  return { api, store, reconciler };
}

test("startReconciler repairs a tenant on request and makes no request after stop", async () => {
  const { api, store, reconciler } = begin();
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

  await reconciler.soon("acme");
  expect(await store.contacts("acme")).toMatchObject([{ name: "Grace Hopper" }]);

  await reconciler.stop();
  const { requests } = jobber.counts;
  await reconciler.soon("acme");
  expect(jobber.counts.requests).toBe(requests);
});

test("startReconciler does not log a tenant without a connection, but any other failure", async () => {
  const logged = vi.spyOn(console, "warn").mockImplementation(() => {});
  const { api, reconciler } = begin();
  await reconciler.soon("acme");
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
  await reconciler.soon("acme");
  expect(logged).toHaveBeenCalledWith(
    expect.stringContaining("reconcile failed"),
    expect.objectContaining({ tenant: "acme", code: "ERR_API_INACTIVE" }),
  );
  await reconciler.stop();
});

test("progressLine shows what is known of the time left", () => {
  const progress = { tenant: "acme", type: "job", full: true, rate: 59.6 } as const;
  expect(progressLine({ ...progress, done: 1200, total: 5000, secondsLeft: 63 })).toBe(
    "acme: read 1200 of about 5000 jobs, 60/s, 63 s left",
  );
  expect(progressLine({ ...progress, done: 50, total: null, secondsLeft: null })).toBe(
    "acme: read 50 jobs, 60/s",
  );
});
