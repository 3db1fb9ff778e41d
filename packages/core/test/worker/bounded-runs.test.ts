import { JobberSyncError } from "@jobber-sync/core";
import type { RecordSource } from "@jobber-sync/core/ports";
import { describe, expect, it, vi } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const never = () => new Promise<never>(() => {});
const snapshot = (id: string) => ({ event: "job.updated", data: { id, title: id } });

/** A worker whose runs may take 50 ms. */
const hurried = { now: Date.now, runTimeoutMs: 50 };

describe("a run is bounded", () => {
  it("counts a handler that does not end as failed, aborts its signal, and frees slot and deliveries", async () => {
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
  ])("counts a source whose %s does not end as down", async (name, source, reason) => {
    const { send, worker, inbox } = backend({ ...hurried, source: source as RecordSource });
    await send(notification(name === "fetch" ? "JOB_UPDATE" : "APP_DISCONNECT", "MQ=="));
    await worker.drain();
    expect(await inbox.list({})).toMatchObject([
      { state: "waiting", attempts: 0, retries: 1, reason },
    ]);
  });

  it("counts a store that does not answer as down", async () => {
    const b = backend({ ...hurried, source: sourceOf((_, id) => found(id, "x")).source });
    vi.spyOn(b.store, "apply").mockImplementation(never);
    await b.send(snapshot("1"));
    await b.worker.drain();
    expect(await b.inbox.list({})).toMatchObject([
      { state: "waiting", retries: 1, reason: "ERR_STORE" },
    ]);
  });

  it("hands back uncounted what it had not come to", async () => {
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

  it("stops although a handler does not end, and its delivery goes back", async () => {
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

  it("finishes within the grace what runs when it is stopped", async () => {
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

  it("tells nothing of deliveries whose claim it lost, and leaves them to who has them", async () => {
    const { send, worker, inbox, told } = backend({
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
    expect(told).toEqual([]);
  });
});

describe("what is told is true", () => {
  it("tells of a delivery when its settling is durable, not before", async () => {
    const b = backend();
    const seen: string[] = [];
    const settle = b.inbox.settle.bind(b.inbox);
    vi.spyOn(b.inbox, "settle").mockImplementation(async (claim, settlements) => {
      seen.push(`settles after ${b.told.length} events`);
      await settle(claim, settlements);
    });
    await b.send(snapshot("1"));
    await b.worker.drain();
    expect(seen).toEqual(["settles after 0 events"]);
    expect(b.told.map(({ name }) => name)).toEqual(["processed"]);
  });

  it("tells nothing when settling fails", async () => {
    const { send, worker, inbox, told } = backend();
    vi.spyOn(inbox, "settle").mockRejectedValue(new JobberSyncError("ERR_STORE_OPEN", "gone"));
    await send(snapshot("1"));
    await worker.drain();
    expect(told).toEqual([]);
  });
});
