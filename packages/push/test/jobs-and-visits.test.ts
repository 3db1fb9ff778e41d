import { contact, job, property, visit } from "@jobber-sync/push";
import { encodedId } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";
import { openPush } from "./support/open-push.ts";

const INVOICING = { type: "FIXED_PRICE", schedule: "ON_COMPLETION" } as const;
const MORNING = {
  start: "2026-07-01T09:00",
  end: "2026-07-01T10:30",
  timeZone: "America/Chicago",
};

async function openWithJob() {
  const opened = await openPush();
  const client = opened.account.addClient({ firstName: "Ann" });
  const home = opened.account.addProperty(client.id);
  const hedge = opened.account.addJob(home.id, { title: "Hedge", jobStatus: "upcoming" });
  return { ...opened, client, home, hedge };
}

describe("pushing jobs", () => {
  it("edits the title, and the instructions with the word that names the visits", async () => {
    const { push, account, hedge, settle, store } = await openWithJob();
    const seen = (await push.read("acme", job(hedge.id))) ?? undefined;
    const edit = job(hedge.id).edit({ title: "Hedges", instructions: "Ring the bell" });
    expect(() => push("acme", edit, { key: "e", seen })).toThrow('confirm: "visits"');
    await push("acme", edit, { key: "e", seen, confirm: "visits" });
    await settle();
    expect(account.get("job", hedge.id)).toMatchObject({
      title: "Hedges",
      instructions: "Ring the bell",
    });
    expect((await store.jobs("acme"))[0]).toMatchObject({ title: "Hedges", status: "scheduled" });
  });

  it("closes a job only with the incomplete visits that the caller saw", async () => {
    const { push, account, hedge, settle, intent } = await openWithJob();
    account.addVisit(hedge.id);
    const seen = (await push.read("acme", job(hedge.id), { visits: true })) ?? undefined;
    expect(seen?.visits).toHaveLength(1);
    const close = job(hedge.id).close("destroy");
    const options = { seen, confirm: "close" } as const;
    expect(() => push("acme", close, { key: "0", confirm: "close" })).toThrow("seen.visits");
    account.addVisit(hedge.id);
    await push("acme", close, { key: "1", ...options });
    await settle();
    expect(await intent("1")).toMatchObject({ state: "conflict" });
    const now = (await push.read("acme", job(hedge.id), { visits: true })) ?? undefined;
    await push("acme", close, { key: "2", seen: now, confirm: "close" });
    await settle();
    expect(account.get("job", hedge.id)?.jobStatus).toBe("archived");
    expect(account.all("visit")).toEqual([]);
    await push("acme", job(hedge.id).reopen(), { key: "3" });
    await settle();
    expect(account.get("job", hedge.id)?.jobStatus).toBe("action_required");
  });

  it("repeats a create that left no trace, because its marker would have been found", async () => {
    const { push, account, home, jobber, settle, mutations, intent } = await openWithJob();
    jobber.faults.next("mutation", { kind: "reset" });
    const fence = job("crm-7", { at: property(home.id) });
    await push("acme", fence.create({ title: "Fence", invoicing: INVOICING }));
    await settle();
    expect(account.all("job").map(({ title }) => title)).toEqual(["Hedge", "Fence"]);
    expect(mutations()).toEqual({ jobCreate: 1 });
    expect(await intent("create:job:crm-7")).toMatchObject({ state: "done", reason: "sent" });
  });

  it("finds a job whose response was lost by the marker in its note", async () => {
    const { push, account, home, jobber, settle, mutations, clock } = await openWithJob();
    account.conditions.indexLagMs = 10_000;
    jobber.faults.next("mutation", { kind: "html", status: 200, processed: true });
    const fence = job("crm-7", { at: property(home.id) });
    await push("acme", fence.create({ title: "Fence", invoicing: INVOICING }));
    await push.drain();
    clock.now += 1000;
    // The office creates the same job: the same values, without the marker.
    account.addJob(home.id, { title: "Fence" });
    await settle();
    expect(mutations()).toEqual({ jobCreate: 1 });
    const names = [{ objectType: "job", ref: "crm-7" } as const];
    const [link] = await push.outbox.links("acme", names);
    expect(account.get("job", link?.objectId ?? "")?.notes).toHaveLength(1);
  });

  it("adds a note once although its response was lost", async () => {
    const { push, account, hedge, client, jobber, settle } = await openWithJob();
    jobber.faults.next("mutation", { kind: "lost_response" }, 2);
    await push("acme", job(hedge.id).note("Gate code 7"), { key: "n1" });
    await push("acme", contact(client.id).note("Called"), { key: "n2" });
    await settle();
    const notes = account.get("job", hedge.id)?.notes.map(({ message }) => message);
    expect(notes).toEqual([expect.stringMatching(/^Gate code 7\n\[jobber-sync \w{16}\]$/)]);
    expect(account.get("client", client.id)?.notes).toHaveLength(1);
  });
});

describe("pushing visits", () => {
  it("creates a visit at local times, without notifying the team", async () => {
    const { push, account, hedge, settle } = await openWithJob();
    const user = encodedId("User", 7);
    const fields = { instructions: "Ring", schedule: MORNING, assignedTo: [user] };
    await push("acme", visit("v1", { at: job(hedge.id) }).create(fields));
    await settle();
    expect(account.all("visit")).toMatchObject([
      { startAt: "2026-07-01T14:00:00Z", endAt: "2026-07-01T15:30:00Z", assignedUserIds: [user] },
    ]);
  });

  it("finds a visit whose response was lost by the marker in its instructions", async () => {
    const { push, account, hedge, jobber, settle, mutations } = await openWithJob();
    jobber.faults.next("mutation", { kind: "truncated" });
    await push("acme", visit("v1", { at: job(hedge.id) }).create({ schedule: MORNING }));
    await settle();
    expect(account.all("visit")).toHaveLength(1);
    expect(mutations()).toEqual({ visitCreate: 1 });
  });

  it("schedules, assigns, completes, uncompletes and deletes", async () => {
    const { push, account, hedge, settle, mutations } = await openWithJob();
    const { id } = account.addVisit(hedge.id, { title: "Visit" });
    const read = async () => (await push.read("acme", visit(id))) ?? undefined;
    await push("acme", visit(id).schedule(MORNING), { key: "1", seen: await read() });
    await settle();
    expect(account.get("visit", id)?.startAt).toBe("2026-07-01T14:00:00Z");
    await push("acme", visit(id).schedule(MORNING), { key: "2", seen: await read() });
    const day = { ...MORNING, start: "2026-07-02", end: "2026-07-02" };
    await push("acme", visit(id).schedule(day), { key: "3", seen: await read() });
    await push("acme", visit(id).schedule(day), { key: "4", force: true });
    const users = [encodedId("User", 7)];
    await push("acme", visit(id).assign(users), { key: "5", seen: await read() });
    await push("acme", visit(id).complete(), { key: "6" });
    await settle();
    expect(account.get("visit", id)).toMatchObject({
      ...{ allDay: true, startAt: "2026-07-02T05:00:00Z", isComplete: true },
      assignedUserIds: users,
    });
    await push("acme", visit(id).uncomplete(), { key: "7" });
    await push("acme", visit(id).delete(), { key: "8", confirm: "delete" });
    await push("acme", visit(id).delete(), { key: "9", confirm: "delete" });
    await settle();
    expect(account.all("visit")).toEqual([]);
    expect(mutations()).toEqual({
      ...{ visitEditSchedule: 2, visitEditAssignedUsers: 1, visitComplete: 1 },
      ...{ visitUncomplete: 1, visitDelete: 1 },
    });
  });

  it("does not delete a visit that was moved since it was seen", async () => {
    const { push, account, hedge, settle, intent } = await openWithJob();
    const { id } = account.addVisit(hedge.id, { startAt: "2026-07-01T14:00:00Z" });
    const seen = (await push.read("acme", visit(id))) ?? undefined;
    account.update("visit", id, { startAt: "2026-07-03T14:00:00Z" });
    await push("acme", visit(id).delete(), { key: "1", seen, confirm: "delete" });
    await settle();
    expect(await intent("1")).toMatchObject({ state: "conflict" });
    expect(account.all("visit")).toHaveLength(1);
  });

  it("rejects times that are not local, and a visit that ends before it starts", () => {
    const target = visit("v1");
    for (const times of [
      { ...MORNING, start: "2026-07-01T09:00:00Z" },
      { ...MORNING, end: "2026-07-01T08:00" },
      { ...MORNING, end: "2026-07-01" },
      { ...MORNING, timeZone: "Nowhere/Town" },
    ])
      expect(() => target.schedule(times)).toThrow(TypeError);
  });
});
