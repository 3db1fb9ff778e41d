import { contact, type PushEvent } from "@jobber-sync/push";
import { notificationPayload, signedRequest } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { openSync } from "./support/open-sync.ts";

async function openConnected(options: Parameters<typeof openSync>[0] = {}) {
  const opened = await openSync(options);
  const { jobber, sync } = opened;
  const account = jobber.addAccount();
  const { accessToken, refreshToken, expiresAt } = jobber.connect(account);
  const lifetimeMs = expiresAt - Date.now();
  const grant = { accessToken, refreshToken, lifetimeMs, serverTime: Date.now() };
  await sync.api?.connect("acme", grant);
  const { push } = sync;
  if (push === null) throw new Error("push is null");
  return { ...opened, account, push };
}

describe("sync.push", () => {
  it("sends a change, stores what Jobber returned, and calls handlers with its cause", async () => {
    const changes: unknown[] = [];
    const events: PushEvent[] = [];
    const { sync, account, push } = await openConnected({
      tenants: [{ slug: "acme" }],
      reconcile: false,
      hooks: { "push.done": (event) => void events.push(event) },
      changes: {
        contact: ({ after, cause, ref }) => void changes.push([after.firstName, cause, ref]),
      },
    });
    await push("acme", contact("lead-1").create({ firstName: "Ann", email: "ann@example.com" }));
    await sync.drain();
    expect(account.all("client")).toMatchObject([{ firstName: "Ann" }]);
    expect(events).toMatchObject([{ verb: "contact.create", ref: "lead-1", reason: "sent" }]);
    expect(changes).toEqual([["Ann", "push", "lead-1"]]);
    expect((await sync.store.contacts("acme"))[0]).toMatchObject({ email: "ann@example.com" });
  });

  it("falls silent when a handler pushes on every change, whatever echoes come", async () => {
    let keys = 0;
    const { sync, account, push, jobber } = await openConnected({
      tenants: [{ slug: "acme" }],
      reconcile: false,
      changes: {
        async contact({ tenant, after }) {
          keys += 1;
          const firstName = (after.firstName ?? "").toUpperCase();
          const edit = contact(after.jobberClientId).edit({ firstName });
          await sync.push?.(tenant, edit, { key: `handler-${keys}`, force: true });
        },
      },
    });
    const client = account.addClient({ firstName: "Ann" });
    const notify = async (topic: "CLIENT_CREATE" | "CLIENT_UPDATE") => {
      const about = { accountId: account.id, itemId: client.id };
      const occurredAt = new Date().toISOString();
      const payload = notificationPayload(topic, { ...about, occurredAt });
      const webhook = signedRequest(payload, jobber.clientSecret);
      await sync.receiver.handle({ method: "POST", tenant: "acme", ...webhook });
    };
    await notify("CLIENT_CREATE");
    await sync.drain();
    expect(account.get("client", client.id)?.firstName).toBe("ANN");
    for (let echo = 0; echo < 3; echo += 1) {
      await notify("CLIENT_UPDATE");
      await sync.drain();
    }
    expect(jobber.counts.queries.clientEdit).toBe(1);
    // The change that the webhook brought, and the one that the push made.
    expect(keys).toBe(2);
    const intents = await push.outbox.list({});
    expect(intents.map(({ reason }) => reason)).toEqual(["sent", "converged"]);
  });

  it("is counted in health, and emptied by an erasure", async () => {
    const { sync, account, push, jobber } = await openConnected({ reconcile: false });
    const client = account.addClient({ firstName: "Ann" });
    const seen = (await push.read("acme", contact(client.id))) ?? undefined;
    account.update("client", client.id, { firstName: "Anna" });
    await push("acme", contact(client.id).edit({ firstName: "Anne" }), { key: "e", seen });
    await sync.drain();
    const health = await sync.health();
    expect(health.intents).toMatchObject([{ tenant: "acme", state: "conflict", rows: 1 }]);
    expect(health.reasons).toMatchObject([{ code: "push_undecided", tenant: "acme" }]);
    expect(jobber.counts.queries.clientEdit).toBeUndefined();
    await sync.eraseContact("acme", client.id);
    const [intent] = await push.outbox.list({});
    expect(intent).toMatchObject({ state: "cancelled", action: {}, detail: null });
  });

  it("continues what was paused once the tenant is connected again", async () => {
    const { sync, account, push, jobber } = await openConnected({ reconcile: false });
    const client = account.addClient({ firstName: "Ann" });
    jobber.disconnect(account);
    await push("acme", contact(client.id).archive(), { key: "a" });
    await sync.drain();
    expect((await push.outbox.list({}))[0]).toMatchObject({ state: "paused" });
    const { accessToken, refreshToken, expiresAt } = jobber.connect(account);
    const lifetimeMs = expiresAt - Date.now();
    const grant = { accessToken, refreshToken, lifetimeMs, serverTime: Date.now() };
    await sync.api?.connect("acme", grant);
    await expect.poll(async () => (await push.outbox.list({}))[0]?.state).toBe("waiting");
    await sync.drain();
    expect(account.get("client", client.id)?.isArchived).toBe(true);
  });

  it("is null without an app, and for a database without an outbox", async () => {
    const { sync } = await openSync({
      app: undefined,
      tenants: [{ slug: "a", secrets: "x".repeat(32) }],
    });
    expect(sync.push).toBeNull();
  });
});
