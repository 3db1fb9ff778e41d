import type { SqlClient } from "@jobber-sync/postgres";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { boundedPool } from "../../src/database/bounded-pool.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A pool whose connect() the test settles. */
function slowPool() {
  const asked: { give(client: SqlClient): void; reject(error: Error): void }[] = [];
  const pool = boundedPool(
    {
      query: async () => ({ rows: [] }),
      connect: () =>
        new Promise<SqlClient>((give, reject) => {
          asked.push({ give, reject });
        }),
    },
    1000,
  );
  return { asked, pool };
}

function connection() {
  const releases: unknown[] = [];
  const client: SqlClient = {
    query: async () => ({ rows: [] }),
    release: (error) => releases.push(error),
  };
  return { client, releases };
}

const outcome = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

it("boundedPool passes connections and errors through", async () => {
  const { asked, pool } = slowPool();
  const { client } = connection();
  const first = pool.connect();
  const second = outcome(pool.connect());
  asked[0]?.give(client);
  asked[1]?.reject(new Error("no more"));
  expect(await first).toBe(client);
  expect(await second).toMatchObject({ message: "no more" });
});

it("boundedPool rejects at the time limit and gives a late connection to the next caller", async () => {
  const { asked, pool } = slowPool();
  const { client, releases } = connection();
  const first = outcome(pool.connect());
  await vi.advanceTimersByTimeAsync(1000);
  expect(await first).toMatchObject({ message: expect.stringContaining("timeout") });
  const second = pool.connect();
  expect(asked).toHaveLength(1);
  asked[0]?.give(client);
  expect(await second).toBe(client);
  expect(releases).toEqual([]);
});

it("boundedPool releases a late connection that has no caller, and requests a new one after it", async () => {
  const { asked, pool } = slowPool();
  const { client, releases } = connection();
  const first = outcome(pool.connect());
  await vi.advanceTimersByTimeAsync(1000);
  await first;
  asked[0]?.give(client);
  await vi.advanceTimersByTimeAsync(0);
  expect(releases).toEqual([undefined]);
  void outcome(pool.connect());
  expect(asked).toHaveLength(2);
});

it("boundedPool does not accumulate requests on a pool that hangs", async () => {
  const { asked, pool } = slowPool();
  for (let round = 0; round < 50; round += 1) {
    const both = [outcome(pool.connect()), outcome(pool.connect())];
    await vi.advanceTimersByTimeAsync(1000);
    await Promise.all(both);
  }
  expect(asked).toHaveLength(2);
});
