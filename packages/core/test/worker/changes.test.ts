import {
  type ChangeContext,
  type ChangeHandlers,
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type LifecycleEvents,
  type WorkerOptions,
} from "@jobber-sync/core";
import type { JobWrite, RecordSource } from "@jobber-sync/core/ports";
import { fetchedJob, notificationPayload, silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const HOUR_MS = 3_600_000;
const START = Date.parse("2026-02-01T12:00:00Z");

/** A store with its feed, and a worker with change handlers whose clock only the test moves. */
function openWorker(changes: ChangeHandlers, options: Partial<WorkerOptions> = {}) {
  const clock = { now: START };
  const now = () => clock.now;
  const store = createMemoryStore({ now });
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  const events: (readonly [string, LifecycleEvents["changeRetried"]])[] = [];
  const hook = (name: string) => (event: object) => {
    events.push([name, event as LifecycleEvents["changeRetried"]]);
  };
  const logged: (readonly [details: object, message: string])[] = [];
  const worker = createWorker({
    inbox,
    store,
    feed: store.changes,
    changes,
    hooks: {
      changeProcessed: hook("changeProcessed"),
      changeRetried: hook("changeRetried"),
      changeDead: hook("changeDead"),
    },
    logger: { ...silentLogger, error: (...line) => logged.push(line) },
    random: () => 1,
    now,
    ...options,
  });
  return {
    clock,
    store,
    inbox,
    worker,
    events,
    logged,
    async write(id: string, title: string, fields: Partial<JobWrite & object> = {}) {
      const sequence = await store.nextSequence();
      const place = { tenant: "acme", sourceUpdatedAt: null, sequence } as const;
      await store.apply({
        contacts: [],
        jobs: [
          { ...place, jobberJobId: id, mode: "replace", fields: { title }, ...fields } as JobWrite,
        ],
        submissions: [],
        cause: "reconcile",
        ref: "run 7",
      });
    },
  };
}

function titleOf({ after }: Pick<ChangeContext, "after">): string | null {
  return "title" in after ? after.title : null;
}

describe("createWorker with change handlers", () => {
  it("calls them once per change, with the record before and after it", async () => {
    const seen: ChangeContext[] = [];
    const { worker, write, store, events, clock } = openWorker({
      job: (change) => void seen.push(change as ChangeContext),
    });
    await write("1", "A");
    clock.now += 1000;
    await write("1", "B");
    await write("1", "B");
    expect(await worker.drain()).toBe(1);
    const job = await store.job("acme", "1");
    expect(seen).toMatchObject([
      { before: null, after: { title: "A" }, changed: ["title"], attempt: 1 },
      {
        tenant: "acme",
        before: { title: "A" },
        after: job,
        changed: ["title"],
        cause: "reconcile",
        ref: "run 7",
        at: "2026-02-01T12:00:01Z",
        attempt: 1,
        initial: false,
        replay: false,
        signal: expect.any(AbortSignal),
      },
    ]);
    expect(events.map(([name]) => name)).toEqual(["changeProcessed", "changeProcessed"]);
    expect(events[1]?.[1]).toMatchObject({ objectType: "job", objectId: "1", cause: "reconcile" });
    expect(await worker.drain()).toBe(0);
  });

  it("passes initial and replayed changes on as such", async () => {
    const seen: (readonly [string | null, boolean, boolean])[] = [];
    const { worker, write, store } = openWorker({
      job: (change) => void seen.push([titleOf(change), change.initial, change.replay]),
    });
    await write("1", "A");
    await worker.drain();
    await store.changes.initial("acme");
    await worker.drain();
    await store.changes.replay({ states: ["done"] });
    await worker.drain();
    expect(seen).toEqual([
      ["A", false, false],
      ["A", true, false],
      ["A", false, true],
      ["A", true, true],
    ]);
  });

  it("names what caused a change: a delivery with its key, or a refresh", async () => {
    const seen: unknown[] = [];
    let title = "A";
    const source: RecordSource = {
      fetch: async () => ({ jobs: [fetchedJob("Mg==", { title })], contacts: [] }),
    };
    const { worker, inbox, clock } = openWorker(
      { job: ({ after, cause, ref }) => void seen.push([after.title, cause, ref]) },
      { source },
    );
    const object = { tenant: "acme", objectType: "job", objectId: "Mg==" } as const;
    const payload = notificationPayload("JOB_UPDATE", { itemId: "Mg==" });
    await inbox.accept({
      ...object,
      deliveryKey: "key",
      topic: "JOB_UPDATE",
      body: new TextEncoder().encode(JSON.stringify(payload)),
      receivedAt: clock.now,
      state: "waiting",
      reason: null,
    });
    await worker.drain();
    title = "B";
    clock.now += 60_000;
    await inbox.refresh(object, { dueAt: clock.now });
    await worker.drain();
    expect(seen).toEqual([
      ["A", "webhook", "key"],
      ["B", "recheck", null],
    ]);
  });

  it("skips changes of a record type without a handler", async () => {
    const { worker, write, store } = openWorker({ contact: () => {} });
    await write("1", "A");
    await worker.drain();
    expect(await store.changes.list({})).toMatchObject([{ state: "done" }]);
  });

  it("delays no other record while one record's handler fails for an hour", async () => {
    const seen: (string | null)[] = [];
    const begun = START;
    const { worker, write, clock, events } = openWorker({
      job(change) {
        if (change.after.jobberJobId === "bad" && clock.now < begun + HOUR_MS)
          throw new Error("The table is locked.");
        seen.push(titleOf(change));
      },
    });
    await write("bad", "first");
    await write("bad", "second");
    const expected: string[] = [];
    for (let minute = 0; minute < 60; minute += 1) {
      await write("good", `at ${minute}`);
      expected.push(`at ${minute}`);
      await worker.drain();
      expect(seen).toEqual(expected);
      clock.now += 60_000;
    }
    const tries = events.filter(([name]) => name === "changeRetried").length;
    expect(tries).toBeGreaterThan(8);
    clock.now += HOUR_MS;
    await worker.drain();
    expect(seen).toEqual([...expected, "first", "second"]);
  });

  it("gives a change up after its tries, and goes on with the next one", async () => {
    const seen: (string | null)[] = [];
    const { worker, write, clock, events, logged, store } = openWorker(
      {
        job(change) {
          if (titleOf(change) === "bad") throw new TypeError("no such column", { cause: "why" });
          seen.push(titleOf(change));
        },
      },
      { changeRetry: { maxAttempts: 3, firstDelayMs: 1000 } },
    );
    await write("1", "bad");
    await write("1", "good");
    for (let tries = 0; tries < 3; tries += 1) {
      await worker.drain();
      clock.now += 10_000;
    }
    expect(seen).toEqual(["good"]);
    expect(events.map(([name]) => name)).toEqual([
      "changeRetried",
      "changeRetried",
      "changeDead",
      "changeProcessed",
    ]);
    expect(events[0]?.[1]).toMatchObject({ code: "ERR_HANDLER", dueAt: START + 1000 });
    expect(events[1]?.[1].error.cause).toMatchObject({ message: "no such column", cause: "why" });
    expect(logged).toHaveLength(3);
    expect(logged[0]).toMatchObject([
      { err: { message: "no such column" }, code: "ERR_HANDLER", objectId: "1", attempt: 1 },
      "Handler changes.job threw.",
    ]);
    expect((await store.changes.list({ states: ["dead"] }))[0]).toMatchObject({
      attempts: 3,
      reason: "ERR_HANDLER",
      error: "Handler changes.job threw. TypeError: no such column",
    });
  });

  it("delays neither deliveries nor other records while a handler hangs", async () => {
    const seen: (string | null)[] = [];
    const hang = new AbortController();
    const { worker, write, store, inbox } = openWorker(
      {
        async job(change) {
          seen.push(titleOf(change));
          if (change.after.jobberJobId === "hangs" && !hang.signal.aborted)
            await new Promise((resolve) => hang.signal.addEventListener("abort", resolve));
        },
      },
      { concurrency: 2, now: Date.now },
    );
    worker.start();
    await write("hangs", "A");
    await expect.poll(() => seen).toEqual(["A"]);
    const body = { event: "job.updated", data: { id: "hangs", title: "B" } };
    await inbox.accept({
      tenant: "acme",
      objectType: "job",
      objectId: "hangs",
      deliveryKey: "key",
      topic: "job.updated",
      body: new TextEncoder().encode(JSON.stringify(body)),
      receivedAt: Date.now(),
      state: "waiting",
      reason: null,
    });
    await write("other", "C");
    await expect.poll(async () => (await store.job("acme", "hangs"))?.title).toBe("B");
    await expect.poll(() => seen).toEqual(["A", "C"]);
    hang.abort();
    await expect.poll(() => seen).toEqual(["A", "C", "B"]);
    await worker.stop();
  });

  it("leaves a change that a stop interrupts as it was", async () => {
    let notify = () => {};
    const called = new Promise<void>((resolve) => {
      notify = resolve;
    });
    const { worker, write, store, events, logged } = openWorker({
      job({ signal }) {
        notify();
        return new Promise((_, reject) =>
          signal.addEventListener("abort", () => reject(new Error("aborted"))),
        );
      },
    });
    await write("1", "A");
    worker.start();
    await called;
    await worker.stop({ graceMs: 1 });
    expect(await store.changes.list({})).toMatchObject([{ state: "waiting", attempts: 0 }]);
    expect(await store.changes.due({ now: START, limit: 1 })).toHaveLength(1);
    expect([events, logged]).toEqual([[], []]);
  });

  it("throws for handlers without a feed, and for names and values that are no handlers", () => {
    const store = createMemoryStore();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
    const parts = { inbox, store, logger: silentLogger };
    const create = (options: object) => () => createWorker({ ...parts, ...options });
    expect(create({ changes: { job: () => {} } })).toThrow("changes needs the store's feed");
    const feed = store.changes;
    expect(create({ feed, changes: { jobs: () => {} } })).toThrow("changes.jobs is neither");
    expect(create({ feed, changes: { job: "yes" } })).toThrow("changes.job must be a function");
    expect(create({ feed, changeRetry: { maxAttempts: 0 } })).toThrow("changeRetry.maxAttempts");
  });

  it("writes no changes without handlers", async () => {
    const { write, store } = openWorker({});
    await write("1", "A");
    expect(await store.changes.list({})).toEqual([]);
  });
});

describe("createReceiver", () => {
  it("throws for change handlers, in inline mode too", () => {
    const store = createMemoryStore();
    const options = { tenants: [{ slug: "acme", secrets: "a secret of 16 bytes or more" }], store };
    const changes = { job: () => {} } as never;
    expect(() => createReceiver({ ...options, changes })).toThrow(TypeError);
  });
});
