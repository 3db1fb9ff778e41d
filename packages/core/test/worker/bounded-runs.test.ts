import { JobberSyncError } from "@jobber-sync/core";
import type { RecordSource } from "@jobber-sync/core/ports";
import { describe, expect, it, vi } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const never = () => new Promise<never>(() => {});
const snapshot = (id: string) => ({ event: "job.updated", data: { id, title: id } });

/** Options of a worker whose runs may take 50 ms. */
const hurried = { now: Date.now, runTimeoutMs: 50 };

describe("worker: time limit of a run", () => {
  it("counts a hanging handler as failed, aborts its signal, and frees its slot", async () => {
    let aborted = false;
    const { send, worker, inbox } = backend({
      ...hurried,
      concurrency: 1,
      on: {
        "job.updated": ({ event, signal }) => {
          if (event.kind !== "snapshot" || event.data.id !== "hangs") return;
          signal.addEventListener("abort", () => (aborted = true));
          return never();
        },
      },
    });
    worker.start();
    await send(snapshot("hangs"));
    await send(snapshot("fine"));
    await expect
      .poll(async () =>
        (await inbox.list({})).map(({ state, attempts, reason }) => [state, attempts, reason]),
      )
      .toEqual([
        ["waiting", 1, "ERR_HANDLER"],
        ["done", 0, null],
      ]);
    expect(aborted).toBe(true);
    await worker.stop();
  });

  it.each<[string, Partial<RecordSource>, string]>([
    ["fetch", { fetch: never }, "ERR_API_TIMEOUT"],
    ["disconnected", { fetch: never, disconnected: never }, "ERR_API_TIMEOUT"],
  ])("counts a source whose %s hangs as unavailable", async (name, source, reason) => {
    const { send, worker, inbox } = backend({ ...hurried, source: source as RecordSource });
    await send(notification(name === "fetch" ? "JOB_UPDATE" : "APP_DISCONNECT", "MQ=="));
    await worker.drain();
    expect(await inbox.list({})).toMatchObject([
      { state: "waiting", attempts: 0, retries: 1, reason },
    ]);
  });

  it("counts a hanging store as unavailable", async () => {
    const b = backend({ ...hurried, source: sourceOf((_, id) => found(id, "x")).source });
    vi.spyOn(b.store, "apply").mockImplementation(never);
    await b.send(snapshot("1"));
    await b.worker.drain();
    expect(await b.inbox.list({})).toMatchObject([
      { state: "waiting", retries: 1, reason: "ERR_STORE" },
    ]);
  });

  it("releases deliveries it has not started, uncounted", async () => {
    const { send, worker, inbox } = backend({ ...hurried, on: { "job.updated": never } });
    for (const title of ["A", "B"]) await send({ event: "job.updated", data: { id: "1", title } });
    const drained = worker.drain();
    await expect
      .poll(async () => (await inbox.list({})).map(({ attempts, reason }) => [attempts, reason]))
      .toEqual([
        [1, "ERR_HANDLER"],
        [0, "stopped"],
      ]);
    await worker.stop({ graceMs: 1 });
    await drained;
  });

  it("stops despite a hanging handler and releases its delivery", async () => {
    let called = false;
    const { send, worker, inbox } = backend({
      now: Date.now,
      on: {
        "job.updated": () => {
          called = true;
          return never();
        },
      },
    });
    worker.start();
    await send(snapshot("1"));
    await expect.poll(() => called).toBe(true);
    const began = performance.now();
    await worker.stop({ graceMs: 50 });
    expect(performance.now() - began).toBeLessThan(2000);
    expect(await inbox.list({})).toMatchObject([
      { state: "waiting", attempts: 0, reason: "stopped" },
    ]);
  });

  it("finishes active runs within graceMs when stopped", async () => {
    let finish: (() => void) | undefined;
    const { send, worker, states } = backend({
      now: Date.now,
      on: { "job.updated": () => new Promise<void>((resolve) => (finish = resolve)) },
    });
    worker.start();
    await send(snapshot("1"));
    await expect.poll(() => finish).toBeDefined();
    const stopped = worker.stop();
    setTimeout(() => finish?.(), 30);
    await stopped;
    expect(await states()).toEqual(["done"]);
  });

  it("neither settles nor reports deliveries whose claim it lost", async () => {
    const { send, worker, inbox, events } = backend({
      now: Date.now,
      leaseMs: 60,
      on: { "job.updated": () => new Promise((resolve) => setTimeout(resolve, 200)) },
    });
    vi.spyOn(inbox, "extend").mockResolvedValue(false);
    const settle = vi.spyOn(inbox, "settle");
    await send(snapshot("1"));
    const drained = worker.drain();
    await drained;
    expect(settle).not.toHaveBeenCalled();
    expect(events).toEqual([]);
  });
});

describe("worker: lifecycle events", () => {
  it("emits once the settlement is durable, not before", async () => {
    const b = backend();
    const seen: string[] = [];
    const settle = b.inbox.settle.bind(b.inbox);
    vi.spyOn(b.inbox, "settle").mockImplementation(async (claim, settlements) => {
      seen.push(`settles after ${b.events.length} events`);
      await settle(claim, settlements);
    });
    await b.send(snapshot("1"));
    await b.worker.drain();
    expect(seen).toEqual(["settles after 0 events"]);
    expect(b.events.map(({ name }) => name)).toEqual(["processed"]);
  });

  it("emits nothing when settling fails", async () => {
    const { send, worker, inbox, events } = backend();
    vi.spyOn(inbox, "settle").mockRejectedValue(new JobberSyncError("ERR_STORE_OPEN", "gone"));
    await send(snapshot("1"));
    await worker.drain();
    expect(events).toEqual([]);
  });
});
