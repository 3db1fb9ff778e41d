import { contact, job, property } from "@jobber-sync/push";
import { describe, expect, it } from "vitest";
import { type OpenPush, openPush } from "./support/open-push.ts";

const SCHEDULE = { type: "FIXED_PRICE", schedule: "ON_COMPLETION" } as const;

async function openWithClient(options: Parameters<typeof openPush>[0] = {}) {
  const opened = await openPush(options);
  const client = opened.account.addClient({
    firstName: "Ann",
    lastName: "Doe",
    email: "ann@example.com",
    phone: "(512) 555-0100",
  });
  const seen = await opened.push.read("acme", contact(client.id));
  if (seen === null) throw new Error("no client");
  return { ...opened, client, seen };
}

async function stateOf({ push }: OpenPush, key: string) {
  const [intent] = await push.outbox.list({ key });
  return [intent?.state, intent?.reason];
}

describe("pushing an edit of a contact", () => {
  it("sends the differing fields once and stores what Jobber returned", async () => {
    const opened = await openWithClient();
    const { push, account, client, seen, store, settle, mutations } = opened;
    const edit = contact(client.id).edit({
      phone: "512-555-0199",
      firstName: "Ann",
      city: "Austin",
    });
    await push("acme", edit, { key: "edit-1", seen, by: "user:7" });
    await settle();
    expect(account.get("client", client.id)).toMatchObject({
      phone: "(512) 555-0199",
      billingAddress: { city: "Austin" },
    });
    expect(account.get("client", client.id)?.phones).toHaveLength(1);
    expect(await stateOf(opened, "edit-1")).toEqual(["done", "sent"]);
    expect((await store.contacts("acme"))[0]).toMatchObject({
      phone: "(512) 555-0199",
      city: "Austin",
      lastName: "Doe",
    });
    expect(mutations()).toEqual({ clientEdit: 1 });
    expect(opened.events).toMatchObject([
      ["push.done", { key: "edit-1", verb: "contact.edit", by: "user:7", reason: "sent" }],
    ]);
  });

  it("calls nothing for the current value, in another format", async () => {
    const opened = await openWithClient();
    const { push, client, seen, settle, mutations } = opened;
    const same = contact(client.id).edit({ phone: "+1 512 555 0100", email: "ANN@example.com " });
    await push("acme", same, { key: "edit-1", seen });
    await settle();
    expect(await stateOf(opened, "edit-1")).toEqual(["done", "converged"]);
    expect(mutations()).toEqual({});
  });

  it("ends in a conflict that names both values when Jobber's was changed since", async () => {
    const opened = await openWithClient();
    const { push, account, client, seen, settle, mutations, clock } = opened;
    await push("acme", contact(client.id).edit({ phone: "512-555-0199" }), { key: "e", seen });
    clock.now += 1000;
    account.update("client", client.id, { phone: "(512) 555-0111" });
    await settle();
    expect(await opened.intent("e")).toMatchObject({
      state: "conflict",
      detail: {
        conflicts: [
          {
            field: "phone",
            seen: "(512) 555-0100",
            wanted: "512-555-0199",
            current: "(512) 555-0111",
          },
        ],
      },
    });
    expect(mutations()).toEqual({});
    // A person decides to apply it nevertheless.
    const { sequence } = await opened.intent("e");
    await push.outbox.resolve(sequence, { action: "resend" }, { now: clock.now });
    await settle();
    expect(account.get("client", client.id)?.phone).toBe("(512) 555-0199");
  });

  it("leaves alone changes of other fields, and overwrites with force", async () => {
    const opened = await openWithClient();
    const { push, account, client, seen, settle } = opened;
    account.update("client", client.id, { lastName: "Roe" });
    await push("acme", contact(client.id).edit({ firstName: "Anna" }), { key: "a", seen });
    await push("acme", contact(client.id).edit({ lastName: "Poe" }), { key: "b", force: true });
    await settle();
    expect(account.get("client", client.id)).toMatchObject({ firstName: "Anna", lastName: "Poe" });
  });

  it("is one intent for the same key, and rejects another content under it", async () => {
    const { push, client, seen, settle, mutations } = await openWithClient();
    const edit = (phone: string) =>
      push("acme", contact(client.id).edit({ phone }), { key: "e", seen });
    await edit("512-555-0199");
    expect((await edit("512-555-0199")).outcome).toBe("duplicate");
    await expect(edit("512-555-0198")).rejects.toMatchObject({ code: "ERR_PUSH_KEY_REUSED" });
    await settle();
    expect(mutations()).toEqual({ clientEdit: 1 });
  });

  it("promotes an existing entry, adds a first one, removes one only with confirm", async () => {
    const opened = await openWithClient();
    const { push, account, client, settle } = opened;
    account.update("client", client.id, { email: null });
    const seen = (await push.read("acme", contact(client.id))) ?? undefined;
    await push("acme", contact(client.id).edit({ email: "new@example.com" }), { key: "a", seen });
    await settle();
    expect(account.get("client", client.id)?.email).toBe("new@example.com");
    const removal = contact(client.id).edit({ phone: null });
    expect(() => push("acme", removal, { key: "b", seen })).toThrow(TypeError);
    await push("acme", removal, { key: "b", seen, confirm: "remove" });
    await settle();
    expect(account.get("client", client.id)?.phones).toEqual([]);
  });

  it("stores userErrors of a rejected change", async () => {
    const opened = await openWithClient();
    const { push, client, seen, settle } = opened;
    const nameless = contact(client.id).edit({ firstName: null, lastName: null });
    await push("acme", nameless, { key: "e", seen });
    await settle();
    expect(await opened.intent("e")).toMatchObject({
      state: "rejected",
      detail: { userErrors: [{ path: ["firstName"] }] },
    });
    expect(opened.events.map(([name]) => name)).toEqual(["push.rejected"]);
  });

  it("archives and unarchives, and calls nothing when it is done already", async () => {
    const { push, account, client, settle, mutations } = await openWithClient();
    await push("acme", contact(client.id).archive(), { key: "a" });
    await push("acme", contact(client.id).archive(), { key: "b" });
    await settle();
    expect(account.get("client", client.id)?.isArchived).toBe(true);
    expect(mutations()).toEqual({ clientArchive: 1 });
    await push("acme", contact(client.id).unarchive(), { key: "c" });
    await settle();
    expect(account.get("client", client.id)?.isArchived).toBe(false);
  });

  it("reads again after its own push instead of believing a lagging replica", async () => {
    const opened = await openWithClient();
    const { push, account, client, seen, settle, mutations, clock } = opened;
    const edit = (key: string, phone: string, from: string | null) =>
      push("acme", contact(client.id).edit({ phone }), { key, seen: { ...seen, phone: from } });
    await edit("a", "512-555-0199", seen.phone);
    await settle();
    account.conditions.replicaLagMs = 30_000;
    // The form was loaded before edit a, and wants the value back that replicas still show.
    await edit("b", "512-555-0100", "512-555-0199");
    await settle();
    expect(account.get("client", client.id)?.phone).toBe("(512) 555-0100");
    expect(mutations()).toEqual({ clientEdit: 2 });
    expect(clock.now).toBeGreaterThan(0);
  });
});

describe("pushing a new contact", () => {
  const ann = { firstName: "Ann", email: "ann@example.com", phone: "512-555-0100" };

  it("creates it with its property in one mutation, and then what waits for them", async () => {
    const { push, account, settle, mutations, store } = await openPush();
    const property1 = { ref: "lead-1", street1: "1 Main St", city: "Austin" };
    const hedge = job("lead-1/job", { at: property("lead-1") });
    await push("acme", hedge.create({ title: "Hedge", invoicing: SCHEDULE }));
    await push("acme", contact("lead-1").edit({ lastName: "Doe" }), { key: "e", force: true });
    const { state } = await push("acme", contact("lead-1").create({ ...ann, property: property1 }));
    expect(state).toBe("waiting");
    await settle();
    const [client] = account.all("client");
    expect(client).toMatchObject({ firstName: "Ann", lastName: "Doe", phone: "(512) 555-0100" });
    expect(account.all("property")).toMatchObject([{ clientId: client?.id }]);
    expect(account.all("job")).toMatchObject([{ title: "Hedge", clientId: client?.id }]);
    expect(mutations()).toEqual({ clientCreate: 1, clientEdit: 1, jobCreate: 1 });
    expect((await store.jobs("acme"))[0]?.title).toBe("Hedge");
  });

  it("adopts the client that has its e-mail address", async () => {
    const opened = await openPush();
    const { push, account, settle, mutations } = opened;
    const client = account.addClient({ firstName: "Anne", email: "Ann@Example.com" });
    const property1 = { ref: "lead-1", street1: "1 Main St" };
    await push("acme", contact("lead-1").create({ ...ann, property: property1 }));
    await settle();
    expect(await opened.intent("create:client:lead-1")).toMatchObject({
      state: "done",
      reason: "adopted",
      objectId: client.id,
    });
    expect(account.all("client")).toHaveLength(1);
    expect(mutations()).toEqual({ propertyCreate: 1 });
    const names = [{ objectType: "property", ref: "lead-1" } as const];
    expect(await push.outbox.links("acme", names)).toMatchObject([
      { objectId: account.all("property")[0]?.id },
    ]);
  });

  it.each([
    ["several clients", [{ email: "ann@example.com" }, { phone: "512 555 0100" }]],
    ["an archived client", [{ email: "ann@example.com", isArchived: true }]],
  ])("leaves %s with its values to a person", async (_, clients) => {
    const opened = await openPush();
    for (const given of clients) opened.account.addClient({ firstName: "Anne", ...given });
    await opened.push("acme", contact("lead-1").create(ann));
    await opened.settle();
    expect(await opened.intent("create:client:lead-1")).toMatchObject({
      state: "check",
      reason: "several_matches",
    });
    expect(opened.mutations()).toEqual({});
  });

  it("is one client for a form that was submitted twice under two names", async () => {
    const { push, account, settle } = await openPush();
    await Promise.all([
      push("acme", contact("lead-1").create(ann)),
      push("acme", contact("lead-2").create({ firstName: "Ann", email: "ANN@example.com" })),
    ]);
    await settle();
    expect(account.all("client")).toHaveLength(1);
    const intents = await push.outbox.list({ states: ["done"] });
    expect(new Set(intents.map(({ objectId }) => objectId)).size).toBe(1);
  });

  it("adopts the client of a lost response after the index has caught up", async () => {
    const opened = await openPush();
    const { push, account, jobber, settle, mutations } = opened;
    account.conditions.indexLagMs = 10_000;
    jobber.faults.next("mutation", { kind: "lost_response" });
    await push("acme", contact("lead-1").create(ann));
    await settle();
    expect(account.all("client")).toHaveLength(1);
    expect(mutations()).toEqual({ clientCreate: 1 });
    expect(await opened.intent("create:client:lead-1")).toMatchObject({
      state: "done",
      reason: "sent",
      objectId: account.all("client")[0]?.id,
    });
  });

  it("asks a person when a send without a marker left no trace", async () => {
    const opened = await openPush();
    const { push, account, jobber, settle, mutations } = opened;
    jobber.faults.next("mutation", { kind: "reset" });
    await push("acme", contact("lead-1").create(ann));
    await settle();
    expect(account.all("client")).toEqual([]);
    expect(mutations()).toEqual({});
    expect(await opened.intent("create:client:lead-1")).toMatchObject({
      state: "check",
      reason: "not_found",
      looks: 2,
    });
    // The same form again is not sent either, while it is unknown whether the first one arrived.
    await push("acme", contact("lead-2").create(ann));
    await settle();
    expect(await opened.intent("create:client:lead-2")).toMatchObject({ state: "check" });
    const { sequence } = await opened.intent("create:client:lead-1");
    await push.outbox.resolve(sequence, { action: "resend" }, { now: opened.clock.now });
    await settle();
    expect(account.all("client")).toHaveLength(1);
  });
});
