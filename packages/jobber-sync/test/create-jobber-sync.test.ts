import { signPayload } from "@jobber-sync/core";
import { notificationPayload, signedRequest, snapshotPayload } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { createJobberSync, type JobberSync } from "../src/index.ts";
import { createBrowser } from "./support/browser.ts";
import { openSync } from "./support/open-sync.ts";
import { serveExpress } from "./support/serve.ts";

const SECRET = "a secret of the tenant's own";

async function receive(sync: JobberSync, tenant: string | undefined, body: object, secret: string) {
  const bytes = Buffer.from(JSON.stringify(body));
  const { status, body: text } = await sync.receiver.receive({
    tenant,
    signature: signPayload(bytes, secret),
    body: bytes,
  });
  return [status, (JSON.parse(text) as { status?: string }).status];
}

describe("createJobberSync with an app and listed tenants", () => {
  it("processes deliveries that arrived before the tenant was connected", async () => {
    const { jobber, sync } = await openSync({ tenants: [{ slug: "acme" }], reconcile: false });
    const url = await serveExpress(sync);
    await sync.start();
    const account = jobber.addAccount();
    const client = account.addClient({ firstName: "John", lastName: "Doe" });
    const job = account.addJob(account.addProperty(client.id).id, { title: "Lawn Service" });
    const early = notificationPayload("JOB_CREATE", { accountId: account.id, itemId: job.id });
    const secret = jobber.clientSecret;
    expect(await receive(sync, "acme", early, secret)).toEqual([200, "quarantined"]);
    jobber.approveAs(account);
    await createBrowser().follow(`${url}/jobber/connect`, { "x-user": "acme" });
    await expect
      .poll(() => sync.store.jobs("acme"), { timeout: 20_000 })
      .toMatchObject([{ title: "Lawn Service" }]);
  });

  it("imports what the account holds when it is connected", async () => {
    const { jobber, sync } = await openSync({ tenants: [{ slug: "acme" }] });
    const url = await serveExpress(sync);
    await sync.start();
    const account = jobber.addAccount();
    const client = account.addClient({ firstName: "John", lastName: "Doe" });
    account.addJob(account.addProperty(client.id).id, { title: "Lawn Service" });
    jobber.approveAs(account);
    await createBrowser().follow(`${url}/jobber/connect`, { "x-user": "acme" });
    await expect
      .poll(() => sync.store.contacts("acme"), { timeout: 20_000 })
      .toMatchObject([{ name: "John Doe" }]);
  });

  it("connects a tenant to none but its own accounts, also when it has two", async () => {
    const { jobber, sync } = await openSync({
      tenants: [{ slug: "acme", accountIds: ["Zmlyc3Q=", "c2Vjb25k"] }],
      reconcile: false,
    });
    const url = await serveExpress(sync);
    jobber.approveAs(jobber.addAccount());
    const response = await createBrowser().follow(`${url}/jobber/connect`, { "x-user": "acme" });
    expect([response.status, await response.json()]).toMatchObject([
      422,
      { code: "ERR_ACCOUNT_MISMATCH" },
    ]);
  });
});

describe("createJobberSync with an app and no tenants", () => {
  it("makes every connected account a tenant, found by its account", async () => {
    const { jobber, sync } = await openSync({ reconcile: false });
    const url = await serveExpress(sync);
    await sync.start();
    for (const tenant of ["acme", "globex"]) {
      const account = jobber.addAccount();
      jobber.webhooks.subscribe(account.id, `${url}/webhooks/jobber`);
      jobber.approveAs(account);
      await createBrowser().follow(`${url}/jobber/connect`, { "x-user": tenant });
      const client = account.addClient({ firstName: tenant, lastName: "Doe" });
      account.addJob(account.addProperty(client.id).id, { title: tenant });
      await jobber.webhooks.flush();
    }
    for (const tenant of ["acme", "globex"]) {
      await expect
        .poll(() => sync.store.jobs(tenant), { timeout: 20_000 })
        .toMatchObject([{ title: tenant }]);
    }
  });

  it("quarantines deliveries of accounts that are not connected", async () => {
    const { jobber, sync } = await openSync({ reconcile: false });
    const body = notificationPayload("JOB_CREATE", { accountId: "c3RyYW5nZXI=" });
    expect(await receive(sync, undefined, body, jobber.clientSecret)).toEqual([200, "quarantined"]);
    expect((await receive(sync, "stranger", body, jobber.clientSecret))[0]).toBe(401);
  });
});

describe("createJobberSync without an app", () => {
  it("processes snapshots", async () => {
    const { sync } = await openSync({
      app: undefined,
      tenants: [{ slug: "acme", secrets: SECRET }],
    });
    const request = signedRequest(snapshotPayload("job.created"), SECRET);
    const response = await sync.receiver.handle({ method: "POST", tenant: "acme", ...request });
    expect(response.status).toBe(200);
    expect(await sync.drain()).toBe(1);
    expect(await sync.store.jobs("acme")).toMatchObject([{ status: "scheduled" }]);
    expect([sync.api, sync.connect, sync.reconciler]).toEqual([null, null, null]);
  });

  it("calls change handlers, and emits stored records on request", async () => {
    const seen: unknown[] = [];
    const { sync } = await openSync({
      app: undefined,
      tenants: [{ slug: "acme", secrets: SECRET }],
      changes: {
        job: ({ after, cause, initial }) => void seen.push([after.title, cause, initial]),
      },
    });
    await receive(sync, "acme", snapshotPayload("job.created"), SECRET);
    await sync.drain();
    const title = (await sync.store.jobs("acme"))[0]?.title;
    await sync.changes.initial("acme");
    await sync.drain();
    expect(seen).toEqual([
      [title, "webhook", false],
      [title, "reconcile", true],
    ]);
  });

  it("throws for a tenant without secrets, and for no tenants at all", async () => {
    const { sync } = await openSync({
      app: undefined,
      tenants: [{ slug: "acme", secrets: SECRET }],
    });
    const { inbox, store } = sync;
    const parts = { changes: sync.changes, tokens: {}, lease: {}, cursors: {} } as never;
    const database = Object.assign({ inbox, store }, parts);
    expect(() => createJobberSync({ database, tenants: [{ slug: "acme" }] })).toThrow(
      'Tenant "acme" needs secrets',
    );
    expect(() => createJobberSync({ database })).toThrow("needs an app, or tenants");
    expect(() => createJobberSync({ database: { inbox } as never, tenants: [] })).toThrow(
      "database.store is missing",
    );
  });
});
