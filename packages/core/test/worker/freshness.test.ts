import { JobberSyncError } from "@jobber-sync/core";
import type { FetchedRecords } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const BEFORE = "2026-01-25T09:59:00Z";
const AT = "2026-01-25T10:00:00Z";
const AFTER = "2026-01-25T10:00:01Z";

describe("worker: freshness of a job", () => {
  it("runs no handler and writes no submission for data from before the change, until the second look", async () => {
    const t = open(() =>
      t.looks.length === 1 ? found("Mg==", "old", BEFORE) : found("Mg==", "new", AFTER),
    );
    await t.send(updated());
    await t.elapse(0);
    expect(t.handled).toEqual([]);
    expect(await t.store.submissions("acme")).toEqual([]);
    expect(await t.titles()).toEqual(["old"]);
    await t.elapse(60);
    expect(t.handled).toEqual(["new"]);
    expect((await t.store.submissions("acme")).map(({ payload }) => payload.event)).toEqual([
      "job.updated",
    ]);
    expect(t.looks).toEqual([0, 3]);
  });

  it("processes the delivery at the second look, whatever it shows, and looks twice more", async () => {
    const t = open(() => found("Mg==", "old", BEFORE));
    await t.send(updated());
    await t.elapse(120);
    expect(t.handled).toEqual(["old"]);
    expect(t.looks).toEqual([0, 3, 15, 60]);
    expect(await t.states()).toEqual(["done"]);
  });

  it.each([
    ["newer than the notification", AFTER],
    ["as old as the only notification of that second", AT],
  ])("fetches once if the record is %s", async (_, time) => {
    const t = open(() => found("Mg==", "new", time));
    await t.send(updated());
    await t.elapse(120);
    expect(t.handled).toEqual(["new"]);
    expect(t.looks).toEqual([0]);
  });

  it("looks again if two changes share the second of the record, of which a replica may show one", async () => {
    const t = open(() => found("Mg==", t.looks.length === 1 ? "first" : "second", AT));
    await t.send(updated());
    await t.send(updated());
    await t.elapse(120);
    expect(t.looks).toEqual([0, 3]);
    expect(await t.titles()).toEqual(["second"]);
    expect(t.handled).toEqual(["first", "first"]);
  });

  it("looks again if the fetch shows nothing new", async () => {
    const t = open(() => found("Mg==", t.looks.length < 3 ? "first" : "second", AT));
    await t.send(updated());
    await t.elapse(0);
    await t.send(updated());
    await t.elapse(120);
    expect(t.looks).toEqual([0, 0, 3]);
    expect(await t.titles()).toEqual(["second"]);
  });

  it("takes a fetch 2 s after the receipt for fresh if the record is not older", async () => {
    const t = open(() => found("Mg==", "new", AT));
    await t.send(updated());
    await t.send(updated());
    t.clock.now += 2000;
    await t.elapse(120);
    expect(t.looks).toEqual([2]);
  });

  it("is proven by one fetch for a burst within a second, 2 s after its last notification", async () => {
    const t = open(() => found("Mg==", "new", AT));
    await t.send(updated());
    t.clock.now += 300;
    await t.send(updated());
    t.worker.start();
    const dueAt = async () => (await t.inbox.list({})).map((row) => row.dueAt - t.clock.now);
    await expect.poll(dueAt).toEqual([2000, 2000]);
    expect(t.looks).toEqual([]);
    t.clock.now += 2000;
    await expect.poll(t.states).toEqual(["done", "done"]);
    await t.worker.stop();
    await t.elapse(120);
    expect(t.looks).toEqual([2.3]);
  });

  it("serves a delivery that waits for its look with the fetch for a later one", async () => {
    const t = open(() =>
      found("Mg==", "x", t.looks.length === 1 ? BEFORE : "2026-01-25T10:00:09Z"),
    );
    await t.send(updated());
    await t.elapse(1);
    await t.send(updated());
    await t.elapse(120);
    expect(t.looks).toEqual([0, 1]);
    expect(t.handled).toEqual(["x", "x"]);
  });
});

describe("worker: freshness through a visit", () => {
  it("reads the job once more after 15 s", async () => {
    const t = open(() => found("Mg==", "same", BEFORE));
    await t.send(notification("VISIT_UPDATE", "visit"));
    await t.elapse(120);
    expect(t.fetched.map((call) => call.split(" ")[1])).toEqual(["visit", "job"]);
    expect(t.looks).toEqual([0, 15]);
  });

  it("reads the job a third time if the second look changed something", async () => {
    const t = open(() => found("Mg==", t.looks.length === 1 ? "old" : "new", BEFORE));
    await t.send(notification("VISIT_UPDATE", "visit"));
    await t.elapse(120);
    expect(t.looks).toEqual([0, 15, 60]);
  });

  it("shares a look between the visits of a job", async () => {
    const t = open(() => found("Mg==", "same", BEFORE));
    for (const visit of ["a", "b", "c"]) await t.send(notification("VISIT_UPDATE", visit));
    await t.elapse(120);
    expect(t.looks).toEqual([0, 0, 0, 15]);
  });

  it("finds a visit that a replica did not know yet", async () => {
    const t = open(() => (t.looks.length === 1 ? null : found("Mg==", "new", BEFORE)));
    await t.send(notification("VISIT_CREATE", "visit"));
    await t.elapse(120);
    expect(t.looks).toEqual([0, 3, 18]);
    expect(await t.titles()).toEqual(["new"]);
    expect(await t.states()).toEqual(["done"]);
  });
});

describe("worker: freshness of a missing job", () => {
  it("finds a job that a replica did not know yet", async () => {
    const t = open(() => (t.looks.length < 3 ? null : found("Mg==", "new", AFTER)));
    await t.send(notification("JOB_CREATE", "Mg==", { occurredAt: AT }));
    await t.elapse(120);
    expect(t.looks).toEqual([0, 3, 15]);
    expect(t.handled).toEqual(["new"]);
  });

  it("deletes a job after 60 s and the account's proof", async () => {
    const t = open((type) => (type === "account" ? { jobs: [], contacts: [] } : null));
    await t.send(updated());
    await t.elapse(59);
    expect(await t.store.jobs("acme")).toEqual([]);
    await t.elapse(10);
    const types = t.fetched.map((call) => call.split(" ")[1]);
    expect(types).toEqual(["job", "job", "job", "job", "account"]);
    expect((await t.store.jobs("acme"))[0]?.deletedAt).not.toBeNull();
  });
});

describe("worker: refresh", () => {
  it("reads an object and writes its records, without a handler or a submission", async () => {
    const t = open(() => found("Mg==", "new", AFTER));
    const object = { tenant: "acme", objectType: "job", objectId: "Mg==" } as const;
    await t.inbox.refresh(object, { dueAt: t.clock.now + 5000 });
    await t.elapse(4);
    expect(t.looks).toEqual([]);
    await t.elapse(100);
    expect(t.looks).toEqual([5]);
    expect(await t.titles()).toEqual(["new"]);
    expect(t.handled).toEqual([]);
  });

  it("is tried again while the source fails", async () => {
    const t = open(() => {
      if (t.looks.length < 3) throw new JobberSyncError("ERR_API_NETWORK", "down");
      return found("Mg==", "new", AFTER);
    });
    const object = { tenant: "acme", objectType: "job", objectId: "Mg==" } as const;
    await t.inbox.refresh(object, { dueAt: t.clock.now });
    await t.elapse(100);
    expect(t.looks).toEqual([0, 2, 6]);
    expect(await t.titles()).toEqual(["new"]);
  });

  it("never takes a missing job for deleted without knowing its account", async () => {
    const t = open(() => null);
    const object = { tenant: "acme", objectType: "job", objectId: "Mg==" } as const;
    await t.inbox.refresh(object, { dueAt: t.clock.now });
    await t.elapse(100);
    expect(t.looks).toEqual([0, 3, 15, 60]);
    expect(await t.store.jobs("acme")).toEqual([]);
  });

  it("uses at most half of the rate limit", async () => {
    const t = open(() => found("Mg==", "new", AFTER), { fetchesPerSecond: 8 });
    const requests: unknown[] = [];
    const { acquireSlot } = t.inbox;
    t.inbox.acquireSlot = (tenant, { perSecond, ...request }) => {
      requests.push([tenant, perSecond]);
      return acquireSlot(tenant, { ...request, perSecond: 100_000 });
    };
    const object = { tenant: "acme", objectType: "job", objectId: "Mg==" } as const;
    await t.inbox.refresh(object, { dueAt: t.clock.now });
    await t.elapse(1);
    expect(requests).toEqual([
      ["acme (refreshes)", 4],
      ["acme", 8],
    ]);
  });
});

function updated() {
  return notification("JOB_UPDATE", "Mg==", { occurredAt: AT });
}

function open(respond: (type: string) => FetchedRecords | null, options: object = {}) {
  const looks: number[] = [];
  const handled: (string | null | undefined)[] = [];
  const { source, fetched } = sourceOf((type) => {
    if (type !== "account") looks.push((b.clock.now - start) / 1000);
    return respond(type);
  });
  const handler = ({ job }: { readonly job?: { readonly title: string | null } | null }) =>
    void handled.push(job?.title);
  const on = { "job.created": handler, "job.updated": handler };
  const b = backend({ source, on, ...options });
  const start = b.clock.now;
  return {
    ...b,
    looks,
    handled,
    fetched,
    titles: async () => (await b.store.jobs("acme")).map(({ title }) => title),
    /** Lets the time pass second by second, with a worker. */
    async elapse(seconds: number) {
      await b.worker.drain();
      for (let second = 0; second < seconds; second += 1) {
        b.clock.now += 1000;
        await b.worker.drain();
      }
    },
  };
}
