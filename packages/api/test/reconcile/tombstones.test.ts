import {
  createMemoryInbox,
  createReceiver,
  createWorker,
  type SyncReader,
} from "@jobber-sync/core";
import { notificationPayload, signedRequest, silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { addJob } from "../support/open-api.ts";
import { differences, openReconciler } from "../support/open-reconciler.ts";

/** Opens an account with jobs, all stored, and a worker for its webhooks. */
async function openTenant(jobs: number) {
  const opened = await openReconciler({ jobber: { accessTokenMs: 1e12 } });
  const { account, api, clock, jobber, reconcile, store } = opened;
  const { property } = addJob(account);
  for (let n = 1; n < jobs; n++) account.addJob(property.id, { title: `Job ${n}` });
  await reconcile("acme");
  clock.now += 3_600_000;
  const now = () => clock.now;
  const tenants = [{ slug: "acme", secrets: jobber.clientSecret }];
  const shared = { tenants, now, logger: silentLogger };
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  const receiver = createReceiver({ ...shared, inbox, fetchDelayMs: 0 });
  const worker = createWorker({ ...shared, inbox, store, source: api, fetchesPerSecond: 10_000 });
  return {
    ...opened,
    jobs: account.all("job"),
    /** Sends a webhook. */
    async send(topic: string, itemId: string) {
      const occurredAt = `${new Date(clock.now).toISOString().slice(0, 19)}Z`;
      const payload = notificationPayload(topic, { accountId: account.id, itemId, occurredAt });
      const { headers, body } = signedRequest(payload, jobber.clientSecret);
      const signature = headers["x-jobber-hmac-sha256"];
      await receiver.receive({ tenant: "acme", signature, body });
    },
    async wait(ms: number) {
      clock.now += ms;
      await worker.drain();
    },
  };
}

async function deletedJobs(store: SyncReader): Promise<number> {
  return (await store.jobs("acme")).filter(({ deletedAt }) => deletedAt !== null).length;
}

describe("records that a half-broken replica does not find", () => {
  /** 60 of 80 jobs change, and cannot be found for two minutes. */
  async function loseSight() {
    const tenant = await openTenant(80);
    const { account, jobs, send, wait, store } = tenant;
    const changed = jobs.slice(0, 60).map(({ id }) => account.update("job", id, { title: "new" }));
    for (const { id } of changed) account.conditions.missing.add(id);
    for (const { id } of changed) await send("JOB_UPDATE", id);
    await wait(0);
    await wait(61_000);
    const inferred = await deletedJobs(store);
    account.conditions.missing.clear();
    return { ...tenant, changed, inferred };
  }

  it("are deleted no longer after the next webhook that finds them", async () => {
    const { account, changed, send, wait, store, inferred } = await loseSight();
    expect(inferred).toBeGreaterThan(0);
    for (const { id } of changed) {
      account.update("job", id, { title: "newer" });
      await send("JOB_UPDATE", id);
    }
    await wait(0);
    await wait(61_000);
    expect(await deletedJobs(store)).toBe(0);
    expect(await differences(store, { account })).toEqual([]);
  });

  it("are deleted no longer after the next incremental reconcile", async () => {
    const { account, clock, reconcile, store } = await loseSight();
    clock.now += 15 * 60_000;
    expect(await reconcile("acme")).toMatchObject({ swept: false });
    expect(await deletedJobs(store)).toBe(0);
    expect(await differences(store, { account })).toEqual([]);
  });

  it("stay deleted if Jobber sent a destroy, until a sweep has seen them twice", async () => {
    const { account, clock, reconcile, store, send, wait, jobs } = await openTenant(3);
    const id = jobs[0]?.id ?? "";
    account.conditions.missing.add(id);
    await send("JOB_DESTROY", id);
    await wait(0);
    account.conditions.missing.clear();
    account.update("job", id, { title: "risen" });
    await send("JOB_UPDATE", id);
    await wait(0);
    expect(await deletedJobs(store)).toBe(1);
    clock.now += 60_000;
    expect(await reconcile("acme", { full: true })).toMatchObject({ jobs: { revived: 1 } });
    expect(await deletedJobs(store)).toBe(0);
  });
});

describe("a real delete of 60 jobs", () => {
  it.each([
    ["whose webhooks arrive", true],
    ["whose webhooks are lost, by a sweep", false],
  ])("%s is found", async (_what, delivered) => {
    const { account, clock, jobs, reconcile, send, store, wait } = await openTenant(400);
    for (const { id } of jobs.slice(0, 60)) {
      account.destroy("job", id);
      if (delivered) await send("JOB_DESTROY", id);
    }
    await wait(61_000);
    clock.now += 60_000;
    if (!delivered) await reconcile("acme", { full: true });
    expect(await deletedJobs(store)).toBe(60);
    expect(await differences(store, { account })).toEqual([]);
  });
});
