import { JobberSyncError } from "@jobber-sync/core";
import { describe, expect, it, vi } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const MANY = 5000;
const AT_ONCE = 2048;

describe("worker: an object with thousands of deliveries", () => {
  it("is processed in batches, each with one fetch", async () => {
    const { source, fetched } = sourceOf((_, id) => found(id, "x"));
    const { inbox, send, worker } = backend({ source });
    const claim = vi.spyOn(inbox, "claim");
    for (let index = 0; index < MANY; index += 1) await send(notification("JOB_UPDATE"));
    expect(await worker.drain()).toBe(1);
    expect(await inbox.list({ states: ["done"], limit: MANY })).toHaveLength(MANY);
    expect(fetched).toHaveLength(3);
    const sizes = await Promise.all(claim.mock.results.map(({ value }) => value));
    expect(sizes.map((taken) => taken?.deliveries.length)).toEqual([
      AT_ONCE,
      AT_ONCE,
      MANY - 2 * AT_ONCE,
    ]);
  });

  it("frees its slot when a batch fails", async () => {
    const { source, fetched } = sourceOf((_, id) => {
      if (id === "Mg==") throw new JobberSyncError("ERR_API_TIMEOUT", "down");
      return found(id, "x");
    });
    const { inbox, send, worker } = backend({ source, concurrency: 1 });
    for (let index = 0; index < MANY; index += 1) await send(notification("JOB_UPDATE"));
    await send(notification("JOB_UPDATE", "Mw=="));
    expect(await worker.drain()).toBe(4);
    expect(fetched.map((call) => call.split(" ").at(-1))).toEqual(["Mg==", "Mw==", "Mg==", "Mg=="]);
    expect(await inbox.list({ states: ["waiting"], limit: MANY + 1 })).toHaveLength(MANY);
  });

  it("finishes only the current batch when the worker stops", async () => {
    let response = () => {};
    let fetches = 0;
    const { inbox, send, worker } = backend({
      source: {
        fetch: (_tenant, _type, id) => {
          fetches += 1;
          return new Promise((resolve) => (response = () => resolve(found(id, "x"))));
        },
      },
    });
    for (let index = 0; index < MANY; index += 1) await send(notification("JOB_UPDATE"));
    worker.start();
    await expect.poll(() => fetches).toBe(1);
    const stopped = worker.stop();
    response();
    await stopped;
    expect(fetches).toBe(1);
    const ends = (await inbox.list({ limit: MANY })).map(({ state }) => state);
    expect(ends.filter((state) => state === "done")).toHaveLength(AT_ONCE);
    expect(ends.filter((state) => state === "waiting")).toHaveLength(MANY - AT_ONCE);
    expect(await inbox.due({ now: Number.MAX_SAFE_INTEGER, limit: 2 })).toHaveLength(1);
  });
});

it("worker: drain claims nothing after stop", async () => {
  const { source, fetched } = sourceOf((_, id) => {
    stopped ??= worker.stop();
    return found(id, "x");
  });
  let stopped: Promise<void> | undefined;
  const { send, worker, states } = backend({ source, concurrency: 1 });
  for (const id of ["MQ==", "Mg==", "Mw=="]) await send(notification("JOB_UPDATE", id));
  await worker.drain();
  await stopped;
  expect(fetched).toHaveLength(1);
  expect(await states()).toEqual(["done", "waiting", "waiting"]);
});
