import { setTimeout as delay } from "node:timers/promises";
import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const snapshot = (id: string) => ({ event: "job.updated", data: { id, title: id } });
const never = () => new Promise<never>(() => {});

describe("worker: drain", () => {
  it("throws inside a handler of the same worker instead of waiting for itself", async () => {
    const errors: unknown[] = [];
    const b = backend({
      on: {
        "job.updated": () =>
          b.worker.drain().then(
            () => {},
            (error) => void errors.push(error),
          ),
      },
    });
    await b.send(snapshot("1"));
    await b.worker.drain();
    expect(errors).toEqual([expect.any(TypeError)]);
    expect(String(errors[0])).toMatch(/inside a run of the same worker/);
    expect(await b.states()).toEqual(["done"]);
  });

  it("works for another worker in a handler, and later in code that a handler started", async () => {
    const outcomes: unknown[] = [];
    const store = createMemoryStore();
    const logger = silentLogger;
    const other = createWorker({
      inbox: createMemoryInbox({ nextSequence: () => store.nextSequence() }),
      store,
      logger,
    });
    let later: Promise<unknown> = Promise.resolve();
    const b = backend({
      on: {
        "job.updated": async () => {
          outcomes.push(await other.drain());
          later = delay(20).then(() => b.worker.drain());
        },
      },
    });
    await b.send(snapshot("1"));
    await b.worker.drain();
    expect(await later).toBe(0);
    expect(outcomes).toEqual([0]);
  });

  it("returns at maxMs, releasing what is still active, and continues next time", async () => {
    const { source, fetched } = sourceOf((_, id) => found(id, "x"));
    let hangs = true;
    const { send, worker, states, inbox } = backend({
      source,
      concurrency: 2,
      on: {
        "job.updated": ({ event }) => (hangs && event.kind === "snapshot" ? never() : undefined),
      },
    });
    await send(snapshot("hangs"));
    for (let index = 0; index < 5; index += 1)
      await send(notification("JOB_UPDATE", `job-${index}`));
    const began = performance.now();
    await worker.drain({ maxMs: 200 });
    expect(performance.now() - began).toBeLessThan(1500);
    expect(fetched).toHaveLength(5);
    expect(await inbox.list({ states: ["waiting"] })).toMatchObject([
      { objectId: "hangs", attempts: 0, retries: 0, reason: "stopped" },
    ]);
    hangs = false;
    await worker.drain({ maxMs: 5000 });
    expect(new Set(await states())).toEqual(new Set(["done"]));
  });

  it("claims nothing shortly before maxMs", async () => {
    const { send, worker, states } = backend({
      concurrency: 1,
      on: { "job.updated": () => delay(20) },
    });
    for (let index = 0; index < 40; index += 1) await send(snapshot(String(index)));
    const runs = await worker.drain({ maxMs: 200 });
    expect(runs).toBeGreaterThan(0);
    expect(runs).toBeLessThan(20);
    const left = await states();
    expect(left.filter((state) => state === "done")).toHaveLength(runs);
    expect(left.filter((state) => state === "waiting")).toHaveLength(40 - runs);
  });

  it.each([0, -1, Number.NaN, "10"])("rejects a maxMs of %j", async (maxMs) => {
    await expect(backend().worker.drain({ maxMs: maxMs as number })).rejects.toThrow(TypeError);
  });

  it("serves other tenants while all slots of one hang", async () => {
    const store = createMemoryStore();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
    const body = new TextEncoder().encode(JSON.stringify(snapshot("1")));
    const accept = (tenant: string, objectId: string) =>
      inbox.accept({
        tenant,
        objectType: "job",
        objectId,
        deliveryKey: `${tenant} ${objectId}`,
        topic: "job.updated",
        body,
        receivedAt: Date.now(),
        state: "waiting",
        reason: null,
      });
    for (let index = 0; index < 20; index += 1) await accept("hangs", String(index));
    for (let index = 0; index < 200; index += 1)
      await accept(`tenant-${index % 10}`, String(index));
    const logger = silentLogger;
    const worker = createWorker({
      inbox,
      store,
      logger,
      concurrency: 4,
      on: { "job.updated": ({ tenant }) => (tenant === "hangs" ? never() : undefined) },
    });
    await worker.drain({ maxMs: 1500 });
    expect(await inbox.list({ states: ["done"], limit: 1000 })).toHaveLength(200);
  });
});
