import type { ObjectRef } from "@jobber-sync/core/ports";
import { expect, it } from "vitest";
import { createRunner } from "../../src/inbox/runner.ts";
import { objectOf } from "../support/deliveries.ts";

/** A runner whose runs end when the test calls `end()`. */
function runs(concurrency: number) {
  const begun: { readonly id: string; end(): void }[] = [];
  const stop = new AbortController();
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
  const runner = createRunner(run, { concurrency, signal: stop.signal });
  return {
    begun,
    stop,
    runner,
    offer: (id: string, options = {}) => runner.offer(objectOf(id), options),
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

it("runs an object once more after any number of offers during its run, and resolves them at once", async () => {
  const { begun, runner, offer, ids } = runs(4);
  expect(await settled(offer("a"))).toBe(true);
  expect(await settled(Promise.all([offer("a"), offer("a"), offer("a")]))).toEqual([
    true,
    true,
    true,
  ]);
  expect(ids()).toEqual(["a"]);
  begun[0]?.end();
  await turn();
  expect(ids()).toEqual(["a", "a"]);
  begun[1]?.end();
  expect(await runner.idle()).toEqual([]);
});

it("limits concurrent runs, and runs a queued object once after several offers", async () => {
  const { begun, runner, offer, ids, most } = runs(1);
  await offer("a");
  const waiting = Promise.all([offer("b"), offer("b")]);
  expect(await settled(waiting)).toBe("pending");
  expect(ids()).toEqual(["a"]);
  begun[0]?.end();
  expect(await settled(waiting)).toEqual([true, true]);
  expect(ids()).toEqual(["a", "b"]);
  begun[1]?.end();
  expect(await runner.idle()).toEqual([]);
  expect(most()).toBe(1);
});

it("never runs an object twice at once, whenever it is offered", async () => {
  const { begun, runner, offer, ids, most } = runs(2);
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
  await runner.idle();
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
  for (let index = 0; index < 3; index += 1) {
    begun[index]?.end();
    await turn();
  }
  expect(ids()).toEqual(["a", "c", "b"]);
});

it("starts nothing after the session ends, resolves waiting offers to false, and returns promised runs", async () => {
  const { begun, runner, stop, offer, ids } = runs(1);
  await offer("a");
  const waiting = offer("b");
  expect(await offer("a")).toBe(true);
  stop.abort();
  expect(await settled(waiting)).toBe(false);
  const idle = runner.idle();
  expect(await settled(idle)).toBe("pending");
  begun[0]?.end();
  expect(await settled(idle)).toEqual([objectOf("a")]);
  expect(await offer("c")).toBe(false);
  expect(ids()).toEqual(["a"]);
});

it("returns objects that were running when the session ended, since rows may be left", async () => {
  const { begun, runner, stop, offer } = runs(2);
  await offer("a");
  begun[0]?.end();
  await offer("b");
  stop.abort();
  begun[1]?.end();
  expect(await settled(runner.idle())).toEqual([objectOf("b")]);
});
