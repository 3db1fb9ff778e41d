import type { ObjectRef } from "@jobber-sync/core/ports";
import { expect, it } from "vitest";
import { createRunner } from "../../src/inbox/runner.ts";
import { objectOf } from "../support/deliveries.ts";

/** Runs that end when the test says so. */
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

/** What became of a promise so far. */
async function settled<T>(promise: Promise<T>): Promise<T | "pending"> {
  await turn();
  return Promise.race([promise, Promise.resolve("pending" as const)]);
}

it("runs an object that is woken while it runs once more, however often it was, and promises that at once", async () => {
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

it("runs no more at a time than allowed, and an object that still waits for its turn only once", async () => {
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

it("never runs an object twice at one time, whenever it is woken", async () => {
  const { begun, runner, offer, ids, most } = runs(2);
  await offer("a");
  void offer("a");
  begun[0]?.end();
  // Every moment between the end of the one run and the beginning of the next.
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

it("lets a run that is to follow wait its turn like others", async () => {
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

it("lets what is urgent go before what waits, and runs it once all the same", async () => {
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

it("begins nothing after the end, says so at once to whoever waits, and names the runs it had promised", async () => {
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

it("names what ran when the end came: of that something may be left", async () => {
  const { begun, runner, stop, offer } = runs(2);
  await offer("a");
  begun[0]?.end();
  await offer("b");
  stop.abort();
  begun[1]?.end();
  expect(await settled(runner.idle())).toEqual([objectOf("b")]);
});
