import { createWorker, JobberSyncError } from "@jobber-sync/core";
import { describe, expect, it, vi } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const MINUTE = 60_000;

describe("worker: notifications", () => {
  it("resolves all notifications of an object with one fetch, one write and a submission each", async () => {
    const { fetched, source } = sourceOf((_, id) => found(id, "Gutters"));
    const { send, worker, store, states } = backend({ source });
    for (const topic of ["JOB_CREATE", "JOB_UPDATE", "JOB_UPDATE", "JOB_CLOSED"])
      await send(notification(topic));
    expect(await worker.drain()).toBe(1);
    expect(fetched).toEqual(["acme job Mg=="]);
    expect(await states()).toEqual(["done", "done", "done", "done"]);
    expect(
      (await store.jobs("acme")).map(({ jobberJobId, title, sourceUpdatedAt }) => [
        jobberJobId,
        title,
        sourceUpdatedAt,
      ]),
    ).toEqual([["Mg==", "Gutters", "2026-02-01T00:00:00Z"]]);
    expect((await store.contacts("acme")).map(({ name }) => name)).toEqual(["John Doe"]);
    expect((await store.submissions("acme")).map(({ payload }) => payload)).toMatchObject([
      { event: "job.created", title: "Gutters", client_name: "John Doe" },
      { event: "job.updated", title: "Gutters" },
      { event: "job.updated", title: "Gutters" },
      { event: "job.completed", title: "Gutters" },
    ]);
  });

  it("stores one submission for a repeated delivery, and still fetches for it", async () => {
    const { fetched, source } = sourceOf((_, id) => found(id, "Gutters"));
    const { send, worker, store } = backend({ source });
    const body = notification("JOB_UPDATE");
    expect(await send(body)).toEqual({ status: "accepted" });
    await worker.drain();
    expect(await send(body)).toEqual({ status: "duplicate" });
    await worker.drain();
    expect(fetched).toHaveLength(2);
    expect(await store.submissions("acme")).toHaveLength(1);
  });

  it("refreshes the jobs of a visit without a submission, and ignores a visit that is gone", async () => {
    const { source } = sourceOf((_, id) => (id === "visit" ? found("Mg==", "Gutters") : null));
    const topics: string[] = [];
    const on = { VISIT_UPDATE: () => void topics.push("VISIT_UPDATE") };
    const { send, worker, store, states, clock } = backend({ source, on });
    await send(notification("VISIT_UPDATE", "visit"));
    await send(notification("VISIT_UPDATE", "gone"));
    for (let looks = 0; looks < 4; looks += 1) {
      await worker.drain();
      clock.now += 60_000;
    }
    expect(await store.jobs("acme")).toHaveLength(1);
    expect(await store.submissions("acme")).toEqual([]);
    expect(await states()).toEqual(["done", "done"]);
    expect(topics).toEqual(["VISIT_UPDATE"]);
  });

  it("keeps notifications unresolved without a source, and resolves them when replayed with one", async () => {
    const { send, worker, inbox, store, states } = backend();
    await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(await states()).toEqual(["unresolved"]);
    const { source } = sourceOf((_, id) => found(id, "Gutters"));
    const later = createWorker({ inbox, store, source });
    expect(await inbox.replay({}, { now: Date.parse("2026-01-25T10:00:00Z") })).toBe(1);
    await later.drain();
    expect(await states()).toEqual(["done"]);
    expect(await store.jobs("acme")).toHaveLength(1);
  });

  it("draws the sequence before the fetch, so that a slow older fetch does not overwrite a newer one", async () => {
    let title = "old";
    let slow: (() => void) | undefined;
    const { send, worker, store } = backend({
      source: {
        async fetch(_, __, id) {
          const seen = title;
          if (slow === undefined) await new Promise<void>((resolve) => (slow = resolve));
          return found(id, seen);
        },
      },
    });
    await send(notification("JOB_UPDATE"));
    const first = worker.drain();
    await expect.poll(() => slow).toBeDefined();
    title = "new";
    await send(notification("JOB_UPDATE"));
    await worker.drain();
    slow?.();
    await first;
    expect(await store.jobs("acme")).toMatchObject([{ title: "new" }]);
  });
});

describe("worker: deletes", () => {
  it("writes a tombstone at once when the record is gone", async () => {
    const { source } = sourceOf(() => null);
    const { send, worker, store } = backend({ source });
    await send(notification("JOB_DESTROY"));
    await worker.drain();
    expect((await store.jobs("acme"))[0]?.deletedAt).not.toBeNull();
    expect(await store.submissions("acme")).toMatchObject([
      { payload: { event: "job.deleted", jobber_job_id: "Mg==", title: null } },
    ]);
  });

  it("rechecks after a minute when the record still exists, and then trusts the source", async () => {
    const { fetched, source } = sourceOf((_, id) => found(id, "Gutters"));
    const { send, worker, store, clock, states } = backend({ source });
    await send(notification("JOB_DESTROY"));
    await worker.drain();
    expect(await states()).toEqual(["waiting"]);
    expect(await store.jobs("acme")).toEqual([]);
    clock.now += MINUTE;
    await worker.drain();
    expect(fetched).toHaveLength(2);
    expect(await states()).toEqual(["done"]);
    expect(await store.jobs("acme")).toMatchObject([{ title: "Gutters", deletedAt: null }]);
  });

  it("trusts the topic without a source", async () => {
    const { send, worker, store, states } = backend();
    await send(notification("CLIENT_DESTROY"));
    await worker.drain();
    expect(await states()).toEqual(["done"]);
    expect((await store.contacts("acme"))[0]?.deletedAt).not.toBeNull();
  });

  it("needs two sightings and a working connection before a record missing after an update is deleted", async () => {
    let connected = false;
    const { fetched, source } = sourceOf((type) =>
      type === "account" && connected ? { jobs: [], contacts: [] } : null,
    );
    const { send, worker, store, clock } = backend({ source });
    await send(notification("JOB_UPDATE"));
    await worker.drain();
    clock.now += MINUTE;
    await worker.drain();
    expect(fetched).toEqual(["acme job Mg==", "acme job Mg==", "acme account MQ=="]);
    expect(await store.jobs("acme")).toEqual([]);
    connected = true;
    clock.now += MINUTE;
    await worker.drain();
    expect((await store.jobs("acme"))[0]?.deletedAt).not.toBeNull();
  });

  it("does not restore a deleted record after a late update", async () => {
    let gone = true;
    const { source } = sourceOf((_, id) => (gone ? null : found(id, "Gutters")));
    const { send, worker, store } = backend({ source });
    await send(notification("JOB_DESTROY"));
    await worker.drain();
    gone = false;
    await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect((await store.jobs("acme"))[0]?.deletedAt).not.toBeNull();
  });
});

describe("worker: snapshots", () => {
  it("applies them one by one in the order of acceptance", async () => {
    const { send, worker, store } = backend();
    const snapshot = (title: string) => ({ event: "job.updated", data: { id: "123", title } });
    for (const title of ["A", "B", "A"]) await send(snapshot(title));
    expect(await worker.drain()).toBe(1);
    expect(await store.jobs("acme")).toMatchObject([{ title: "A" }]);
    expect((await store.submissions("acme")).map(({ payload }) => payload)).toMatchObject([
      { title: "A" },
      { title: "B" },
    ]);
  });

  it("reports a snapshot older than the stored record as stale", async () => {
    const { send, worker, events } = backend();
    const snapshot = (updated_at: string, title: string) => ({
      event: "job.updated",
      data: { id: "123", title, updated_at },
    });
    await send(snapshot("2026-01-02T00:00:00Z", "new"));
    await send(snapshot("2026-01-01T00:00:00Z", "old"));
    await worker.drain();
    expect(events.map(({ name }) => name)).toEqual(["processed", "stale"]);
  });
});

describe("worker: handlers", () => {
  it("calls event and topic handlers after the commit, once per delivery", async () => {
    const { source } = sourceOf((_, id) => found(id, "Gutters"));
    const calls: unknown[] = [];
    const b = backend({
      source,
      on: {
        "job.created": async ({ submission, result }) =>
          void calls.push([
            "event",
            submission?.payload.event,
            result?.jobs[0]?.outcome,
            (await b.store.jobs("acme")).length,
          ]),
        JOB_CREATE: ({ event, records }) =>
          void calls.push(["topic", event.kind, records?.jobs.length]),
      },
    });
    await b.send(notification("JOB_CREATE"));
    await b.worker.drain();
    expect(calls).toEqual([
      ["event", "job.created", "inserted", 1],
      ["topic", "notification", 1],
    ]);
  });

  it("makes a delivery dead after its handler failed five times, without delaying other objects", async () => {
    const { send, worker, clock, inbox, store } = backend({
      on: {
        "job.updated": ({ event }) => {
          if (event.kind === "snapshot" && event.data.id === "poison")
            throw new Error("john@example.com");
        },
      },
    });
    await send({ event: "job.updated", data: { id: "poison", title: "P" } });
    await send({ event: "job.updated", data: { id: "fine", title: "F" } });
    for (let index = 0; index < 8; index += 1) {
      await worker.drain();
      clock.now += 60 * MINUTE;
    }
    expect(
      (await inbox.list({})).map(({ state, attempts, reason }) => [state, attempts, reason]),
    ).toEqual([
      ["dead", 5, "ERR_HANDLER"],
      ["done", 0, null],
    ]);
    expect(await store.jobs("acme")).toHaveLength(2);
    expect(await inbox.replay({ states: ["dead"] }, { now: clock.now })).toBe(1);
  });

  it.each(["job.create", "JOB-CREATE", "job.exploded", ""])(
    "rejects a handler for %j at construction",
    (name) => {
      expect(() => backend({ on: { [name]: () => {} } })).toThrow(TypeError);
    },
  );
});

describe("worker: failures", () => {
  it("retries while the source is unavailable, for 72 hours", async () => {
    const source = {
      fetch: async () => {
        throw new JobberSyncError("ERR_API_NETWORK", "Jobber is down.");
      },
    };
    const { send, worker, clock, states, events } = backend({ source });
    await send(notification("JOB_UPDATE"));
    const start = clock.now;
    let tries = 0;
    while ((await states())[0] === "waiting" && tries < 200) {
      tries += await worker.drain();
      clock.now += 30 * MINUTE;
    }
    expect(await states()).toEqual(["dead"]);
    expect(clock.now - start).toBeGreaterThanOrEqual(72 * 60 * MINUTE);
    expect(events.at(-1)).toMatchObject({
      name: "dead",
      event: { code: "ERR_API_NETWORK", state: "dead" },
    });
  });

  it("pauses a tenant's deliveries until it is authorized again, then runs each object once", async () => {
    let authorized = false;
    const { fetched, source } = sourceOf((_, id) => {
      if (!authorized) throw new JobberSyncError("ERR_API_NEEDS_REAUTH", "Connect again.");
      return found(id, "Gutters");
    });
    const { send, worker, clock, inbox, states } = backend({ source });
    for (let index = 0; index < 3; index += 1) await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(await states()).toEqual(["paused", "paused", "paused"]);
    clock.now += 100 * 60 * MINUTE;
    authorized = true;
    expect(await inbox.resume("acme", { now: clock.now })).toBe(3);
    expect(await worker.drain()).toBe(1);
    expect(fetched).toHaveLength(2);
    expect(await states()).toEqual(["done", "done", "done"]);
  });

  it("retries an uncoded error of a custom source as ERR_SOURCE", async () => {
    const { send, worker, inbox } = backend({
      source: {
        fetch: async () => {
          throw new Error("ECONNRESET");
        },
      },
    });
    await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(await inbox.list({})).toMatchObject([
      { state: "waiting", retries: 1, reason: "ERR_SOURCE" },
    ]);
  });

  it("leaves deliveries to the claim that took them over", async () => {
    const { send, worker, inbox, clock, store } = backend({
      leaseMs: 1000,
      source: {
        async fetch(_, __, id) {
          clock.now += 2000;
          const other = await inbox.claim(
            { tenant: "acme", objectType: "job", objectId: id },
            { leaseMs: 60_000, now: clock.now },
          );
          expect(other?.deliveries).toHaveLength(1);
          return found(id, "Gutters");
        },
      },
    });
    await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(await inbox.list({})).toMatchObject([{ state: "claimed" }]);
    expect(await store.jobs("acme")).toHaveLength(1);
  });

  it("retries a claim and its settling when the inbox is busy", async () => {
    const { fetched, source } = sourceOf((_, id) => found(id, "Gutters"));
    const { send, worker, inbox, states } = backend({ source });
    const busy = new JobberSyncError("ERR_STORE_BUSY", "locked by another process");
    vi.spyOn(inbox, "claim").mockRejectedValueOnce(busy);
    const settle = vi
      .spyOn(inbox, "settle")
      .mockRejectedValueOnce(busy)
      .mockRejectedValueOnce(busy);
    await send(notification("JOB_UPDATE"));
    expect(await worker.drain()).toBe(1);
    expect(await states()).toEqual(["done"]);
    expect(settle).toHaveBeenCalledTimes(3);
    expect(fetched).toHaveLength(1);
  });

  it("leaves deliveries to the end of their lease when settling fails permanently", async () => {
    const { send, worker, inbox, states } = backend({
      source: sourceOf((_, id) => found(id, "x")).source,
    });
    const settle = vi.spyOn(inbox, "settle").mockRejectedValueOnce(new Error("a mistake"));
    await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(await states()).toEqual(["claimed"]);
    expect(settle).toHaveBeenCalledTimes(1);
  });

  it("checks ownership again before writing", async () => {
    const b = backend({
      tenants: [{ slug: "acme", secrets: "the OAuth client secret", accountIds: ["other"] }],
      source: sourceOf((_, id) => found(id, "x")).source,
    });
    await b.send(notification("JOB_UPDATE"));
    await b.worker.drain();
    expect(await b.inbox.list({})).toMatchObject([
      { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" },
    ]);
    expect(await b.store.jobs("acme")).toEqual([]);
  });
});

describe("worker: start, stop, drain", () => {
  it("processes deliveries while started, and none after stop", async () => {
    const { send, worker, states } = backend({ now: Date.now });
    worker.start();
    worker.start();
    await send({ event: "job.updated", data: { id: "1", title: "A" } });
    await expect.poll(states).toEqual(["done"]);
    await worker.stop();
    await send({ event: "job.updated", data: { id: "1", title: "B" } });
    expect(await states()).toEqual(["done", "waiting"]);
  });

  it("aborts a run that exceeds graceMs and releases its delivery", async () => {
    let fetching = false;
    const { send, worker, inbox } = backend({
      now: Date.now,
      source: {
        fetch: (_, __, ___, { signal }) =>
          new Promise((_resolve, reject) => {
            fetching = true;
            signal.addEventListener("abort", () => reject(new Error("aborted")));
          }),
      },
    });
    worker.start();
    await send(notification("JOB_UPDATE"));
    await expect.poll(() => fetching).toBe(true);
    await worker.stop({ graceMs: 1 });
    expect(await inbox.list({})).toMatchObject([
      { state: "waiting", retries: 0, reason: "stopped" },
    ]);
  });

  it("starts again after a stop", async () => {
    const { send, worker, states } = backend({ now: Date.now });
    worker.start();
    await worker.stop();
    worker.start();
    await send({ event: "job.updated", data: { id: "1", title: "A" } });
    await expect.poll(states).toEqual(["done"]);
    await worker.stop();
  });

  it("drain waits for the active runs of a started worker", async () => {
    let finish: (() => void) | undefined;
    const { send, worker, states } = backend({
      now: Date.now,
      on: { "job.updated": () => new Promise<void>((resolve) => (finish = resolve)) },
    });
    worker.start();
    await send({ event: "job.updated", data: { id: "1" } });
    await expect.poll(() => finish).toBeDefined();
    const drained = worker.drain();
    await expect(
      Promise.race([drained, new Promise((resolve) => setTimeout(resolve, 50, "waits"))]),
    ).resolves.toBe("waits");
    finish?.();
    await drained;
    expect(await states()).toEqual(["done"]);
    await worker.stop();
  });

  it("drain ends when nothing can be claimed", async () => {
    const { send, worker, inbox } = backend();
    vi.spyOn(inbox, "claim").mockRejectedValue(new JobberSyncError("ERR_STORE_OPEN", "gone"));
    await send({ event: "job.updated", data: { id: "1" } });
    expect(await worker.drain()).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN, "8"])("rejects a concurrency of %j", (concurrency) => {
    expect(() => backend({ concurrency: concurrency as number })).toThrow(TypeError);
  });
});
