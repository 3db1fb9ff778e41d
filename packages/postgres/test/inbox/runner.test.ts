import type { ObjectRef } from "@jobber-sync/core";
import { expect, it } from "vitest";
import { createRunner } from "../../src/inbox/runner.ts";
import { objectOf } from "../deliveries.ts";

/** Runs that end when the test says so. */
function runs(concurrency: number) {
  const begun: { readonly id: string; end(): void }[] = [];
  const stop = new AbortController();
  const run = ({ objectId }: ObjectRef) =>
    new Promise<void>((resolve) => {
      begun.push({ id: objectId, end: resolve });
    });
  return { begun, stop, runner: createRunner(run, { concurrency, signal: stop.signal }) };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));
const ids = (begun: readonly { readonly id: string }[]) => begun.map(({ id }) => id);

it("runs an object that is woken while it runs once more, however often it was", async () => {
  const { begun, runner } = runs(4);
  const first = runner.run(objectOf("a"));
  await turn();
  const more = [runner.run(objectOf("a")), runner.run(objectOf("a")), runner.run(objectOf("a"))];
  await turn();
  expect(ids(begun)).toEqual(["a"]);
  begun[0]?.end();
  expect(await first).toBe(true);
  await turn();
  expect(ids(begun)).toEqual(["a", "a"]);
  begun[1]?.end();
  expect(await Promise.all(more)).toEqual([true, true, true]);
  await runner.idle();
});

it("runs no more at a time than allowed, and an object that still waits for its turn only once", async () => {
  const { begun, runner } = runs(1);
  const all = [runner.run(objectOf("a")), runner.run(objectOf("b")), runner.run(objectOf("b"))];
  await turn();
  expect(ids(begun)).toEqual(["a"]);
  expect(runner.free()).toBe(0);
  begun[0]?.end();
  await turn();
  expect(ids(begun)).toEqual(["a", "b"]);
  begun[1]?.end();
  expect(await Promise.all(all)).toEqual([true, true, true]);
  expect(runner.free()).toBe(1);
});

it("begins nothing after the end, and says so to whoever asked", async () => {
  const { begun, runner, stop } = runs(1);
  const all = [runner.run(objectOf("a")), runner.run(objectOf("b"))];
  await turn();
  const follower = runner.run(objectOf("a"));
  stop.abort();
  begun[0]?.end();
  expect(await Promise.all(all)).toEqual([true, false]);
  expect(await follower).toBe(false);
  await runner.idle();
  expect(ids(begun)).toEqual(["a"]);
});
