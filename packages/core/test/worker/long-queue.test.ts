import { describe, expect, it, vi } from "vitest";
import { backend, found, notice, sourceOf } from "./fixtures.ts";

const MANY = 600;

describe("an object with very many deliveries", () => {
  it("is worked off in portions, each with one fetch", async () => {
    const { source, asked } = sourceOf((_, id) => found(id, "x"));
    const { inbox, send, states, worker } = backend({ source });
    const claim = vi.spyOn(inbox, "claim");
    for (let index = 0; index < MANY; index += 1) await send(notice("JOB_UPDATE"));
    expect(await worker.drain()).toBe(1);
    expect(new Set(await states())).toEqual(new Set(["done"]));
    expect(asked).toHaveLength(3);
    const sizes = await Promise.all(claim.mock.results.map(({ value }) => value));
    expect(sizes.map((taken) => taken?.deliveries.length)).toEqual([256, 256, 88]);
  });

  it("is left alone when the worker stops, but for the portion in hand", async () => {
    let answer = () => {};
    let fetches = 0;
    const { inbox, send, states, worker } = backend({
      source: {
        fetch: (_tenant, _type, id) => {
          fetches += 1;
          return new Promise((resolve) => (answer = () => resolve(found(id, "x"))));
        },
      },
    });
    for (let index = 0; index < MANY; index += 1) await send(notice("JOB_UPDATE"));
    worker.start();
    await expect.poll(() => fetches).toBe(1);
    const stopped = worker.stop();
    answer();
    await stopped;
    const ends = await states();
    expect(ends.filter((state) => state === "done")).toHaveLength(256);
    expect(ends.filter((state) => state === "waiting")).toHaveLength(MANY - 256);
    expect(await inbox.due({ now: Number.MAX_SAFE_INTEGER, limit: 2 })).toHaveLength(1);
  });
});
