import { once } from "node:events";
import { signedRequest } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { createErasure } from "../src/erasure/create-erasure.ts";
import type { JobberSync } from "../src/index.ts";
import { createBrowser } from "./support/browser.ts";
import { openSync } from "./support/open-sync.ts";
import { serveExpress } from "./support/serve.ts";

const SECRET = "a secret of the tenant's own";
const CLIENT = { id: "456", name: "John Doe", email: "john@example.com" };
const JOB = { id: "123", title: "Lawn Service", client: CLIENT };
const NOTHING_SENT = { contacts: 1, jobs: 0, submissions: 0, deliveries: 0 };

const openSnapshots = (options: object = {}) =>
  openSync({ app: undefined, tenants: [{ slug: "acme", secrets: SECRET }], ...options });

async function send(sync: JobberSync, event: string, data: object): Promise<void> {
  const request = signedRequest({ event, data }, SECRET);
  await sync.receiver.handle({ method: "POST", tenant: "acme", ...request });
}

const submissions = async (sync: JobberSync) =>
  (await sync.store.submissions("acme")).map(({ payload }) => payload.client_name);

describe("sync.eraseContact", () => {
  it("erases records, submissions and deliveries, also those that wait", async () => {
    const { sync } = await openSnapshots();
    await send(sync, "job.created", JOB);
    await sync.drain();
    await send(sync, "client.updated", { ...CLIENT, phone: "555-1234" });
    expect(await sync.eraseContact("acme", "456")).toEqual({
      contacts: 1,
      jobs: 1,
      submissions: 1,
      deliveries: 2,
    });
    expect(await sync.drain()).toBe(0);
    expect(await sync.store.contact("acme", "456")).toMatchObject({ name: null, phone: null });
    expect(await sync.store.job("acme", "123")).toMatchObject({ title: null });
    expect(await submissions(sync)).toEqual([null]);
  });

  it("waits for a delivery in flight, and erases what its run has written", async () => {
    const events = new EventTarget();
    const began = once(events, "began");
    const { sync } = await openSnapshots({
      on: {
        "job.created": async () => {
          events.dispatchEvent(new Event("began"));
          await once(events, "go on");
        },
      },
    });
    await send(sync, "job.created", JOB);
    const drained = sync.drain();
    await began;
    let erased = false;
    const erasing = sync.eraseContact("acme", "456").then(() => {
      erased = true;
    });
    await send(sync, "job.updated", { ...JOB, id: "another" });
    expect(erased).toBe(false);
    events.dispatchEvent(new Event("go on"));
    await Promise.all([erasing, drained]);
    expect(await submissions(sync)).toEqual(expect.arrayContaining([null]));
    expect((await submissions(sync)).filter((name) => name !== null)).toEqual([]);
  });

  it("rejects when a delivery of a worker that died stays claimed", async () => {
    const { sync } = await openSnapshots();
    await send(sync, "job.created", JOB);
    const object = { tenant: "acme", objectType: "job", objectId: "123" } as const;
    await sync.inbox.claim(object, { leaseMs: 60_000, now: Date.now() });
    const parts = { tokens: {}, lease: {}, cursors: {} } as never;
    const database = Object.assign({ inbox: sync.inbox, store: sync.store }, parts);
    const options = { database, refreshTenants() {}, now: Date.now, waitMs: 1 };
    await expect(createErasure(options).eraseContact("acme", "456")).rejects.toMatchObject({
      code: "ERR_STORE_BUSY",
    });
  });

  it("keeps later webhooks from restoring the contact; their submissions are new", async () => {
    const { sync } = await openSnapshots();
    await send(sync, "client.created", CLIENT);
    await sync.drain();
    await sync.eraseContact("acme", "456");
    await send(sync, "client.updated", { ...CLIENT, updated_at: "2030-01-01T00:00:00Z" });
    await sync.drain();
    expect(await sync.store.contact("acme", "456")).toMatchObject({ name: null, email: null });
    expect(await submissions(sync)).toEqual([null, "John Doe"]);
  });

  it("seals a contact that was never stored, and throws for an empty id", async () => {
    const { sync } = await openSnapshots();
    expect(await sync.eraseContact("acme", "unknown")).toEqual(NOTHING_SENT);
    expect(() => sync.eraseContact("acme", "")).toThrow("must be text that is not empty");
  });
});

describe("sync.eraseTenant", () => {
  it("removes connection and data; the tenant can connect again and is imported again", async () => {
    const { jobber, sync } = await openSync({ tenants: [{ slug: "acme" }] });
    const url = await serveExpress(sync);
    await sync.start();
    const account = jobber.addAccount();
    const client = account.addClient({ firstName: "John", lastName: "Doe" });
    jobber.approveAs(account);
    const connect = () => createBrowser().follow(`${url}/jobber/connect`, { "x-user": "acme" });
    const name = async () => (await sync.store.contact("acme", client.id))?.name;
    await connect();
    await expect.poll(name, { timeout: 20_000 }).toBe("John Doe");
    expect(await sync.eraseTenant("acme")).toMatchObject({ contacts: 1 });
    expect(await name()).toBeNull();
    expect(await sync.api?.accountOf("acme")).toBeNull();
    await connect();
    await expect.poll(name, { timeout: 20_000 }).toBe("John Doe");
  });

  it("does not erase while a reconcile of the tenant is active, which would write data again", async () => {
    const { database } = await openSync({ tenants: [{ slug: "acme" }] });
    const { eraseTenant } = createErasure({
      database,
      refreshTenants() {},
      now: Date.now,
      waitMs: 1,
    });
    await database.lease.acquire("jobber-reconcile:acme", "a reconciler", 60_000);
    await expect(eraseTenant("acme")).rejects.toMatchObject({ code: "ERR_STORE_BUSY" });
    await database.lease.release("jobber-reconcile:acme", "a reconciler");
    expect(await eraseTenant("acme")).toMatchObject({ contacts: 0 });
  });
});
