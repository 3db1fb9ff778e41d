import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { ObjectRef } from "../../src/inbox/delivery.ts";
import type { DueOptions } from "../../src/inbox/inbox.ts";
import { listenByPolling } from "../../src/inbox/listen-by-polling.ts";

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const objectsOf = (tenant: string, count: number): readonly ObjectRef[] =>
  Array.from({ length: count }, (_, index) => ({
    tenant,
    objectType: "job",
    objectId: String(index),
  }));

/** Listens with looks that take 40 ms each. Runs of the tenants in `hanging` do not end. */
async function listening({ hanging = [] as readonly string[] }, body: (inbox: Fake) => unknown) {
  const stop = new AbortController();
  const looks: { readonly at: number; readonly limit: number }[] = [];
  const runs: ObjectRef[] = [];
  let waiting: readonly ObjectRef[] = [];
  let wake = () => {};
  const ends: (() => void)[] = [];
  const due = async ({ limit, exclude = [], excludeTenants = [] }: DueOptions) => {
    looks.push({ at: performance.now(), limit });
    await new Promise((resolve) => setTimeout(resolve, 40));
    return waiting
      .filter(({ tenant }) => !excludeTenants.includes(tenant))
      .filter((object) => !exclude.includes(object))
      .slice(0, limit);
  };
  const ended = listenByPolling(
    { due },
    async (object) => {
      runs.push(object);
      waiting = waiting.filter((other) => other !== object);
      if (hanging.includes(object.tenant)) await new Promise<void>((resolve) => ends.push(resolve));
      wake();
    },
    {
      concurrency: 8,
      signal: stop.signal,
      onError: () => {},
      now: Date.now,
      onWake(listener) {
        wake = listener;
        return () => {};
      },
    },
  );
  await body({
    looks,
    runs,
    accept(objects) {
      waiting = [...waiting, ...objects];
      wake();
    },
  });
  stop.abort();
  for (const end of ends) end();
  await vi.advanceTimersByTimeAsync(1000);
  await ended;
}

interface Fake {
  readonly looks: readonly { readonly at: number; readonly limit: number }[];
  readonly runs: readonly ObjectRef[];
  accept(objects: readonly ObjectRef[]): void;
}

describe("listenByPolling", () => {
  it("serves the other tenants at once while hanging runs hold their tenants' slots", async () => {
    await listening({ hanging: ["a", "b"] }, async ({ runs, accept }) => {
      accept([...objectsOf("a", 20), ...objectsOf("b", 20)]);
      await vi.advanceTimersByTimeAsync(3000);
      expect(runs.length).toBeGreaterThanOrEqual(8);
      for (let round = 0; round < 3; round += 1) {
        accept(objectsOf(`healthy ${round}`, 20));
        // A look that misses them, a pause of two looks, and the look that finds them.
        await vi.advanceTimersByTimeAsync(200);
        expect(runs.filter(({ tenant }) => tenant === `healthy ${round}`)).toHaveLength(20);
      }
    });
  });

  it("serves every tenant in turn although the oldest objects are those of a backlog", async () => {
    await listening({}, async ({ runs, accept }) => {
      accept([...objectsOf("backlog", 2000), ...objectsOf("a", 40), ...objectsOf("b", 20)]);
      await vi.advanceTimersByTimeAsync(500);
      expect(runs.filter(({ tenant }) => tenant === "a")).toHaveLength(40);
      expect(runs.filter(({ tenant }) => tenant === "b")).toHaveLength(20);
      await vi.advanceTimersByTimeAsync(10_000);
      expect(runs).toHaveLength(2060);
    });
  });

  it("spends no more than a tenth of the time on looks while no slot is free", async () => {
    await listening({ hanging: ["a", "b", "c"] }, async ({ looks, accept }) => {
      accept(["a", "b", "c"].flatMap((tenant) => objectsOf(tenant, 20)));
      await vi.advanceTimersByTimeAsync(900);
      const before = looks.length;
      for (let ms = 0; ms < 90; ms += 10) {
        accept([]);
        await vi.advanceTimersByTimeAsync(10);
      }
      expect(looks.length).toBeLessThanOrEqual(before + 1);
    });
  });
});
