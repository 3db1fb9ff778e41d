import { inspect } from "node:util";
import { createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
import { contact } from "@jobber-sync/push";
import { describe, expect, it } from "vitest";
import { openPush } from "./support/open-push.ts";

const ann = { firstName: "Ann", email: "ann@example.com" };

async function openWithClient(options: Parameters<typeof openPush>[0] = {}) {
  const opened = await openPush(options);
  const client = opened.account.addClient({ firstName: "Ann", phone: "(512) 555-0100" });
  const seen = (await opened.push.read("acme", contact(client.id))) ?? undefined;
  return { ...opened, client, seen };
}

describe("a push during an outage", () => {
  it.each([
    ["a reset before the commit", { kind: "reset" }],
    ["a lost response", { kind: "lost_response" }],
    ["HTML with 200 after the commit", { kind: "html", status: 200, processed: true }],
    ["a 503", { kind: "outage" }],
  ] as const)("applies an edit once after %s", async (_, fault) => {
    const { push, account, client, seen, settle, jobber, intent, clock } = await openWithClient();
    const before = clock.now;
    jobber.faults.next("mutation", fault);
    await push("acme", contact(client.id).edit({ phone: "512-555-0199" }), { key: "e", seen });
    await push.drain();
    expect(await intent("e")).toMatchObject({ state: "uncertain", sentAt: before });
    await settle();
    expect(clock.now - before).toBe(60_000);
    expect(await intent("e")).toMatchObject({ state: "done", reason: "sent" });
    expect(account.get("client", client.id)?.phone).toBe("(512) 555-0199");
  });

  it("does not repeat a lost edit over a change made since", async () => {
    const { push, account, client, seen, settle, jobber, intent, clock } = await openWithClient();
    jobber.faults.next("mutation", { kind: "lost_response" });
    await push("acme", contact(client.id).edit({ phone: "512-555-0199" }), { key: "e", seen });
    await push.drain();
    clock.now += 5000;
    account.update("client", client.id, { phone: "(512) 555-0111" });
    await settle();
    expect(await intent("e")).toMatchObject({ state: "conflict" });
    expect(account.get("client", client.id)?.phone).toBe("(512) 555-0111");
  });

  it("retries reads that fail, and sends nothing meanwhile", async () => {
    const { push, client, seen, settle, jobber, intent, mutations } = await openWithClient();
    jobber.faults.next("graphql", { kind: "outage" }, 3);
    await push("acme", contact(client.id).edit({ firstName: "Anna" }), { key: "e", seen });
    await push.drain();
    expect(await intent("e")).toMatchObject({ state: "waiting", attempts: 1, sentAt: null });
    await settle();
    expect(await intent("e")).toMatchObject({ state: "done", attempts: 3 });
    expect(mutations()).toEqual({ clientEdit: 1 });
  });

  it("pauses without permission, and continues once the tenant is connected again", async () => {
    const { push, account, client, seen, settle, intent, clock } = await openWithClient();
    account.conditions.hidden.add("Mutation.clientEdit");
    await push("acme", contact(client.id).edit({ firstName: "Anna" }), { key: "e", seen });
    await settle();
    expect(await intent("e")).toMatchObject({ state: "paused", reason: "ERR_API_PERMISSION" });
    account.conditions.hidden.clear();
    await push.outbox.resume("acme", { now: clock.now });
    await settle();
    expect(account.get("client", client.id)?.firstName).toBe("Anna");
  });

  it("treats a permission missing for the response as a mutation that was executed", async () => {
    const { push, account, settle, mutations, intent } = await openPush();
    account.conditions.hidden.add("Client.clientProperties");
    await push("acme", contact("lead").create(ann));
    await push.drain();
    expect(await intent("create:client:lead")).toMatchObject({ state: "uncertain" });
    account.conditions.hidden.clear();
    await settle();
    expect(mutations()).toEqual({ clientCreate: 1 });
    expect(account.all("client")).toHaveLength(1);
  });

  it("does not send when the commit of sentAt took more than two seconds", async () => {
    let time = 0;
    const slow = { monotonic: () => (time += 2001) };
    const { push, client, seen, intent, mutations } = await openWithClient({ push: slow });
    await push("acme", contact(client.id).edit({ firstName: "Anna" }), { key: "e", seen });
    await push.drain();
    expect(await intent("e")).toMatchObject({ state: "waiting", sentAt: null });
    expect(mutations()).toEqual({});
  });

  it("continues a send of a process that died, by looking first", async () => {
    const { push, account, settle, clock, mutations } = await openPush();
    await push("acme", contact("lead").create(ann));
    const { outbox } = push;
    const object = { tenant: "acme", objectType: "client", objectId: "+create" } as const;
    const dead = await outbox.claim(object, { leaseMs: 15_000, now: clock.now });
    const sequence = dead?.intents[0]?.sequence ?? 0;
    if (dead !== null) await outbox.markSent(dead, sequence, { now: clock.now });
    account.addClient(ann);
    clock.now += 15_001;
    await settle();
    expect(mutations()).toEqual({});
    expect(await outbox.list({ states: ["done"] })).toMatchObject([{ reason: "sent" }]);
  });
});

describe("a plan", () => {
  it("is what the push then sends, and prints no values", async () => {
    const { push, account, client, seen, settle, mutations } = await openWithClient();
    const edit = contact(client.id).edit({ phone: "512-555-0199", firstName: "Ann" });
    const plan = await push.plan("acme", edit, { key: "e", seen });
    expect(plan).toMatchObject({ outcome: "send", mutation: "clientEdit", changed: ["phone"] });
    expect(plan.show().mutation?.variables).toEqual({
      clientId: client.id,
      input: { phonesToEdit: [{ id: expect.any(String), number: "512-555-0199" }] },
    });
    expect(inspect(plan, { depth: 9 }) + JSON.stringify(plan)).not.toContain("0199");
    expect(mutations()).toEqual({});
    await push("acme", edit, { key: "e", seen });
    await settle();
    expect(account.get("client", client.id)?.phone).toBe("(512) 555-0199");
    expect(await push.plan("acme", edit, { key: "e", seen })).toMatchObject({
      outcome: "converged",
      mutation: null,
    });
    const other = contact(client.id).edit({ phone: "512-555-0111" });
    expect((await push.plan("acme", other, { key: "f", seen })).outcome).toBe("conflict");
  });

  it("of a new contact searches Jobber first", async () => {
    const { push, account } = await openPush();
    const create = contact("lead").create(ann);
    expect(await push.plan("acme", create)).toMatchObject({ outcome: "send" });
    account.addClient(ann);
    expect(await push.plan("acme", create)).toMatchObject({ outcome: "adopt", mutation: null });
    account.addClient(ann);
    expect(await push.plan("acme", create)).toMatchObject({ outcome: "check" });
    const edit = contact("lead").edit({ firstName: "Anna" });
    expect(await push.plan("acme", edit, { key: "e", force: true })).toMatchObject({
      outcome: "held",
    });
  });
});

describe("push", () => {
  it("ends pauses of more than seven days while it is started", async () => {
    const { push, client, intent, clock, account } = await openWithClient();
    account.conditions.hidden.add("Mutation.clientArchive");
    await push("acme", contact(client.id).archive(), { key: "a" });
    await push.drain();
    expect(await intent("a")).toMatchObject({ state: "paused" });
    clock.now += 7 * 86_400_000 + 1;
    push.start();
    await expect.poll(async () => (await intent("a")).state).toBe("check");
    await push.stop();
  });

  it("ends a drain when the outbox fails", async () => {
    const outbox = createMemoryOutbox({ store: createMemoryStore() });
    const claim = () => Promise.reject(new Error("the outbox failed"));
    const { push, client } = await openWithClient({ push: { outbox: { ...outbox, claim } } });
    await push("acme", contact(client.id).archive(), { key: "a" });
    expect(await push.drain()).toBe(0);
  });

  it("rejects changes that cannot work, naming what is missing", async () => {
    const { push, client, seen } = await openWithClient();
    const edit = contact(client.id).edit({ firstName: "Anna" });
    const wrong: readonly (readonly [() => unknown, string])[] = [
      [() => push("acme", edit, { seen }), "key"],
      [() => push("acme", edit, { key: "e" }), "seen.firstName"],
      [() => push("acme", contact(client.id).edit({}), { key: "e", seen }), "no field"],
      [() => push("", edit, { key: "e", seen }), "tenant"],
      [() => contact(client.id).create(ann), "name of your own"],
      [() => contact(""), "client"],
      [() => push("acme", contact(client.id).note(" "), { key: "n" }), "text"],
    ];
    for (const [call, message] of wrong) expect(call).toThrow(message);
  });

  it("prepares no statements for an outbox without synchronous transactions", async () => {
    const { push, client } = await openWithClient();
    const archive = contact(client.id).archive();
    expect(() => push.prepare("acme", archive, { key: "a" })).toThrow(TypeError);
  });

  it("writes nothing of a customer to events", async () => {
    const { push, events, settle } = await openPush();
    await push("acme", contact("lead").create(ann), { by: "user:7" });
    await settle();
    expect(JSON.stringify(events)).not.toMatch(/Ann|example/);
    expect(events).toHaveLength(1);
  });
});
