import type { ObjectRef } from "@jobber-sync/core/ports";
import { describe, expect, it, vi } from "vitest";
import { createRunScheduler } from "../../src/inbox/run-scheduler.ts";

const objectOf = (objectId: string, tenant = "acme"): ObjectRef => ({
  tenant,
  objectType: "job",
  objectId,
});

/** Creates a scheduler whose runs and clock the test controls. */
function runs(concurrency: number) {
  const begun: { readonly id: string; end(): void }[] = [];
  const stop = new AbortController();
  const clock = { now: 0 };
  let running = 0;
  let most = 0;
  const run = ({ objectId }: ObjectRef) => {
    running += 1;
    most = Math.max(most, running);
    return new Promise<void>((resolve) => {
      const end = () => {
        running -= 1;
        resolve();
      };
      begun.push({ id: objectId, end });
    });
  };
  const now = () => clock.now;
  const onHungry = vi.fn();
  const options = { concurrency, signal: stop.signal, now, onHungry };
  const scheduler = createRunScheduler(run, options);
  return {
    begun,
    stop,
    clock,
    scheduler,
    onHungry,
    offer: (
      id: string,
      { tenant = "acme", ...options }: { tenant?: string; first?: boolean } = {},
    ) => scheduler.offer(objectOf(id, tenant), options),
    ids: () => begun.map(({ id }) => id),
    most: () => most,
  };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Returns the value of a promise, or "pending". */
async function settled<T>(promise: Promise<T>): Promise<T | "pending"> {
  await turn();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}

describe("createRunScheduler", () => {
  it("runs an object once more after any number of offers during its run, and resolves them at once", async () => {
    const { begun, stop, scheduler, offer, ids } = runs(4);
    expect(await settled(offer("a"))).toBe(true);
    const offers = Promise.all([offer("a"), offer("a"), offer("a")]);
    expect(await settled(offers)).toEqual([true, true, true]);
    expect(ids()).toEqual(["a"]);
    begun[0]?.end();
    await turn();
    expect(ids()).toEqual(["a", "a"]);
    begun[1]?.end();
    await turn();
    stop.abort();
    expect(await scheduler.idle()).toEqual([]);
  });

  it("limits concurrent runs, and runs a waiting object once after several offers", async () => {
    const { begun, offer, ids, most } = runs(1);
    await offer("a");
    const waiting = Promise.all([offer("b", { tenant: "other" }), offer("b", { tenant: "other" })]);
    expect(await settled(waiting)).toBe("pending");
    expect(ids()).toEqual(["a"]);
    begun[0]?.end();
    expect(await settled(waiting)).toEqual([true, true]);
    expect(ids()).toEqual(["a", "b"]);
    expect(most()).toBe(1);
  });

  it("never runs an object twice at once, whenever it is offered", async () => {
    const { begun, offer, ids, most } = runs(2);
    await offer("a");
    void offer("a");
    begun[0]?.end();
    // Every microtask between the end of one run and the start of the next.
    for (let step = 0; step < 20; step += 1) {
      void offer("a");
      await Promise.resolve();
    }
    await turn();
    expect(ids()).toEqual(["a", "a"]);
    begun[1]?.end();
    await turn();
    begun[2]?.end();
    expect(most()).toBe(1);
  });

  it("queues a follow-up run behind waiting objects", async () => {
    const { begun, offer, ids } = runs(1);
    await offer("a");
    void offer("b");
    void offer("a");
    begun[0]?.end();
    await turn();
    expect(ids()).toEqual(["a", "b"]);
    begun[1]?.end();
    await turn();
    expect(ids()).toEqual(["a", "b", "a"]);
  });

  it("runs an urgent offer ahead of waiting ones, and only once", async () => {
    const { begun, offer, ids } = runs(1);
    await offer("a");
    void offer("b");
    void offer("c", { first: true });
    void offer("c");
    void offer("d");
    void offer("d", { first: true });
    for (let index = 0; index < 4; index += 1) {
      begun[index]?.end();
      await turn();
    }
    expect(ids()).toEqual(["a", "d", "c", "b"]);
  });

  it("starts nothing after the signal aborts, resolves pending offers to false, and returns remembered runs", async () => {
    const { begun, scheduler, stop, offer, ids } = runs(1);
    await offer("a");
    const waiting = offer("b", { tenant: "other" });
    expect(await offer("a")).toBe(true);
    expect(await offer("c")).toBe(true);
    stop.abort();
    expect(await settled(waiting)).toBe(false);
    const idle = scheduler.idle();
    expect(await settled(idle)).toBe("pending");
    begun[0]?.end();
    expect(await settled(idle)).toEqual([objectOf("a"), objectOf("c")]);
    expect(await offer("d")).toBe(false);
    expect(ids()).toEqual(["a"]);
  });

  it("returns objects that were running when the signal aborted, since rows may be left", async () => {
    const { begun, scheduler, stop, offer } = runs(2);
    await offer("a");
    begun[0]?.end();
    await offer("b");
    stop.abort();
    begun[1]?.end();
    expect(await settled(scheduler.idle())).toEqual([objectOf("b")]);
  });
});

describe("createRunScheduler: tenants", () => {
  it("remembers offers of a saturated tenant and resolves them at once", async () => {
    const { begun, offer, ids, scheduler } = runs(4);
    await offer("other", { tenant: "other" });
    for (const id of ["a", "b"]) await offer(id);
    const remembered = Array.from({ length: 2000 }, (_, index) => offer(`r${index}`));
    expect(new Set(await Promise.all(remembered))).toEqual(new Set([true]));
    expect(ids()).toEqual(["other", "a", "b"]);
    // Bounded: the inbox's next look finds the rest.
    expect(scheduler.waiting()).toBe(256);
    begun[1]?.end();
    await turn();
    expect(ids()).toEqual(["other", "a", "b", "r0"]);
  });

  it("requests a look once a tenant with more offers than are remembered has started them all", async () => {
    const { begun, offer, onHungry } = runs(2);
    await offer("other", { tenant: "other" });
    for (let index = 0; index < 258; index += 1) await offer(`r${index}`);
    for (let index = 1; index <= 256; index += 1) {
      expect(onHungry).not.toHaveBeenCalled();
      begun[index]?.end();
      for (let step = 0; step < 3; step += 1) await Promise.resolve();
    }
    await turn();
    expect(onHungry).toHaveBeenCalledTimes(1);
    expect(begun).toHaveLength(258);
  });

  it("resolves a pending offer once its tenant becomes saturated", async () => {
    const { offer, clock } = runs(2);
    await offer("a");
    await offer("b", { tenant: "b" });
    const pending = offer("c", { tenant: "c" });
    const behind = offer("d", { tenant: "c" });
    expect(await settled(pending)).toBe("pending");
    clock.now = 1000;
    await offer("e", { tenant: "e" });
    expect(await settled(Promise.all([pending, behind]))).toEqual([true, true]);
  });

  it("gives tenants turns: fewest active runs first, then the longest without a start", async () => {
    const { begun, offer, ids } = runs(1);
    await offer("a0");
    for (const id of ["a1", "a2", "a3"]) void offer(id);
    for (const id of ["b1", "b2"]) void offer(id, { tenant: "b" });
    void offer("c1", { tenant: "c" });
    for (let index = 0; index < 7; index += 1) {
      begun[index]?.end();
      await turn();
    }
    expect(ids()).toEqual(["a0", "b1", "c1", "a1", "b2", "a2", "a3"]);
  });

  it("does not let a tenant overtake that always offers one object more", async () => {
    const { begun, offer, ids } = runs(1);
    await offer("a0");
    for (const id of ["b1", "b2", "b3"]) void offer(id, { tenant: "b" });
    for (let index = 0; index < 6; index += 1) {
      void offer(`a${index + 1}`);
      begun[index]?.end();
      await turn();
    }
    expect(ids()).toEqual(["a0", "b1", "a1", "b2", "a2", "b3", "a3"]);
  });

  it("starts waiting runs when older ones no longer count against the total", async () => {
    vi.useFakeTimers();
    try {
      const { offer, clock, ids } = runs(2);
      void offer("a");
      void offer("b", { tenant: "b" });
      void offer("c", { tenant: "c" });
      expect(ids()).toEqual(["a", "b"]);
      clock.now = 1000;
      vi.advanceTimersByTime(1000);
      expect(ids()).toEqual(["a", "b", "c"]);
    } finally {
      vi.useRealTimers();
    }
  });

  it("lists tenants that need no further objects", async () => {
    const { offer, scheduler } = runs(4);
    await offer("a");
    expect(scheduler.suppliedTenants()).toEqual([]);
    await offer("b", { tenant: "b" });
    await offer("c");
    expect(scheduler.suppliedTenants()).toEqual([]);
    await offer("d");
    expect(scheduler.suppliedTenants()).toEqual(["acme"]);
  });
});
