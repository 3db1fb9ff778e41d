import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createPostgres } from "@jobber-sync/postgres";
import { describe, expect, it } from "vitest";
import { openPool } from "../support/connections.ts";
import { delivery } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";
import { watchedPool } from "../support/watched-pool.ts";

const database = testDatabase();

it("accept commits the row and its wake-up together, or neither", async () => {
  const { schema, queue, inbox } = await database.open();
  await Promise.all([inbox.accept(delivery("1")), inbox.accept(delivery("2"))]);
  expect(await wakeUps(database, queue)).toMatchObject({ count: 2 });
  const pool = watchedPool(database.pool, (text) => {
    if (text === "COMMIT") throw new Error("the network broke");
  });
  const broken = createPostgres({ pool, boss: database.boss, schema, queue });
  await expect(broken.inbox.accept(delivery("3"))).rejects.toMatchObject({ code: "ERR_STORE" });
  expect(await inbox.list({})).toHaveLength(2);
  expect(await wakeUps(database, queue)).toMatchObject({ count: 2 });
});

it("accept writes no wake-up for a quarantined delivery", async () => {
  const { queue, inbox } = await database.open();
  await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_EVENT_SYNTAX" }));
  expect(await wakeUps(database, queue)).toMatchObject({ count: 0 });
});

it("accept writes concurrent deliveries in one transaction per lane", async () => {
  let commits = 0;
  const pool = watchedPool(database.pool, (text) => {
    if (text === "COMMIT") commits += 1;
  });
  const { schema, queue } = await database.open();
  const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue });
  await Promise.all(
    Array.from({ length: 300 }, (_, index) => inbox.accept(delivery(String(index)))),
  );
  expect(commits).toBe(2);
});

it("accept rejects only the delivery whose row is rejected, not the rest of its batch", async () => {
  const { schema, inbox } = await database.open({ schema: "altered" });
  await database.pool.query(
    `ALTER TABLE "${schema}".jobber_deliveries ADD CHECK (object_id <> 'rejected')`,
  );
  const results = await Promise.allSettled(
    ["1", "rejected", "3"].map((id) => inbox.accept(delivery(id))),
  );
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect((await inbox.list({})).map(({ objectId }) => objectId)).toEqual(["1", "3"]);
});

it("accept rejects sessions with synchronous_commit off and names the setting, unless requireDurable is false", async () => {
  const { schema, queue, inbox } = await database.open();
  const pool = openPool(database.connectionString, { options: "-c synchronous_commit=off" });
  const weak = createPostgres({ pool, boss: database.boss, schema, queue });
  await expect(weak.inbox.accept(delivery("1"))).rejects.toMatchObject({
    code: "ERR_STORE_SETTINGS",
    message: expect.stringContaining("synchronous_commit"),
  });
  expect(await inbox.list({})).toEqual([]);
  const allowed = createPostgres({
    pool,
    boss: database.boss,
    schema,
    queue,
    requireDurable: false,
  });
  await allowed.inbox.accept(delivery("1"));
  await pool.end();
});

describe("accept while the pool has no free connection", () => {
  it("rejects at its time limit and recovers with the pool", async () => {
    const { schema, queue } = await database.open();
    const pool = openPool(database.connectionString, { max: 1 });
    const held = await pool.connect();
    const { inbox } = createPostgres({
      pool,
      boss: database.boss,
      schema,
      queue,
      acceptTimeoutMs: 200,
    });
    const began = performance.now();
    const rejected = await Promise.allSettled([
      inbox.accept(delivery("1")),
      inbox.accept(delivery("2")),
    ]);
    expect(performance.now() - began).toBeLessThan(400);
    for (const result of rejected)
      expect(result).toMatchObject({ reason: { code: "ERR_STORE_BUSY" } });
    held.release();
    await expect
      .poll(() =>
        inbox.accept(delivery("3")).then(
          () => true,
          () => false,
        ),
      )
      .toBe(true);
    await pool.end();
  });

  it("releases the bodies of rejected deliveries if the pool never returns a connection", async () => {
    let asked = 0;
    const pool = {
      query: async () => ({ rows: [] }),
      connect: () => {
        asked += 1;
        return new Promise<never>(() => {});
      },
    };
    const { inbox } = createPostgres({ pool, boss: database.boss, acceptTimeoutMs: 10 });
    const burst = async () => {
      const bodies = Array.from({ length: 40 }, () => Buffer.alloc(64 * 1024));
      const results = await Promise.allSettled(
        bodies.map((body) => inbox.accept(delivery("1", { body }))),
      );
      expect(results.filter(({ status }) => status === "fulfilled")).toEqual([]);
    };
    const held = () => {
      collectGarbage();
      return process.memoryUsage().arrayBuffers;
    };
    await burst();
    const before = held();
    for (let round = 0; round < 40; round += 1) await burst();
    // 100 MiB were rejected meanwhile.
    await expect.poll(() => held() - before, { timeout: 10_000 }).toBeLessThan(8 * 1024 * 1024);
    expect(asked).toBeLessThanOrEqual(2);
  });
});

function collectGarbage(): void {
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
}
