import { JobberSyncError } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

describe("worker: rate limit of API calls", () => {
  it("waits for a near slot only; later runs retry one slot apart", async () => {
    const { fetched, source } = sourceOf((_, id) => found(id, "x"));
    const { send, worker, clock, inbox } = backend({ source, fetchesPerSecond: 1 });
    for (let index = 0; index < 6; index += 1)
      await send(notification("JOB_UPDATE", `job-${index}`));
    worker.start();
    await expect
      .poll(async () => (await inbox.list({ states: ["waiting"] })).map(({ reason }) => reason))
      .toEqual(Array(5).fill("ERR_API_THROTTLED"));
    await worker.stop();
    expect(fetched).toHaveLength(1);
    const waits = (await inbox.list({ states: ["waiting"] })).map(({ dueAt }) => dueAt - clock.now);
    expect(waits.toSorted((a, b) => a - b)).toEqual([1000, 2000, 3000, 4000, 5000]);
  });

  it("drain waits for the rate limit", async () => {
    const { fetched, source } = sourceOf((_, id) => found(id, "x"));
    const { send, worker, states } = backend({ source, fetchesPerSecond: 100 });
    for (let index = 0; index < 40; index += 1)
      await send(notification("JOB_UPDATE", `job-${index}`));
    await worker.drain();
    expect(fetched).toHaveLength(40);
    expect(new Set(await states())).toEqual(new Set(["done"]));
  });

  it("a tenant with a long queue does not delay another tenant", async () => {
    const order: string[] = [];
    const { send, worker, inbox } = backend({
      now: Date.now,
      tenants: undefined,
      fetchesPerSecond: 8,
      source: {
        async fetch(tenant, _, id) {
          order.push(tenant);
          return found(id, "x");
        },
      },
    });
    for (let index = 0; index < 60; index += 1)
      await send(notification("JOB_UPDATE", `job-${index}`));
    await inbox.accept({
      tenant: "other",
      objectType: "job",
      objectId: "1",
      deliveryKey: "1",
      topic: "JOB_UPDATE",
      body: new TextEncoder().encode(JSON.stringify(notification("JOB_UPDATE", "1"))),
      receivedAt: Date.now(),
      state: "waiting",
      reason: null,
    });
    worker.start();
    await expect.poll(() => order.includes("other"), { timeout: 5000 }).toBe(true);
    await worker.stop();
    expect(order.filter((tenant) => tenant === "acme").length).toBeLessThan(20);
  });
});

describe("worker: deliveries that fail together", () => {
  it("retry together and share a fetch", async () => {
    let down = true;
    let fetches = 0;
    const { send, worker, clock, inbox, states } = backend({
      random: Math.random,
      source: {
        async fetch(_, __, id) {
          fetches += 1;
          if (down) throw new JobberSyncError("ERR_API_NETWORK", "Jobber is down.");
          return found(id, "x");
        },
      },
    });
    for (let index = 0; index < 50; index += 1) await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(new Set((await inbox.list({})).map(({ dueAt }) => dueAt)).size).toBe(1);
    down = false;
    clock.now += 2000;
    await worker.drain();
    expect(fetches).toBe(2);
    expect(new Set(await states())).toEqual(new Set(["done"]));
  });
});
