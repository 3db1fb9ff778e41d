import type { Claim, Settlement } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import { describe, expect, it } from "vitest";
import { openPool } from "../support/connections.ts";
import { delivery, done, objectOf } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";
import { watchedPool } from "../support/watched-pool.ts";

const database = testDatabase();

const LEASE = () => ({ leaseMs: 10_000, now: Date.now() });

/** Accepts deliveries of each object, deletes their wake-ups and claims them. */
async function claimed(ids: Readonly<Record<string, number>>) {
  const opened = await database.open();
  const { inbox, queue } = opened;
  for (const [id, count] of Object.entries(ids))
    for (let index = 0; index < count; index += 1) await inbox.accept(delivery(id));
  await database.boss.deleteQueuedJobs(queue);
  const claims = await Promise.all(
    Object.keys(ids).map(async (id) => {
      const claim = await inbox.claim(objectOf(id), LEASE());
      if (claim === null) throw new Error(`nothing of ${id} is due`);
      return claim;
    }),
  );
  return { ...opened, claims };
}

function waiting(claim: Claim, dueAt: (index: number) => number): readonly Settlement[] {
  return claim.deliveries.map(({ sequence }, index) => ({
    sequence,
    state: "waiting",
    dueAt: dueAt(index),
    attempts: 0,
    retries: 1,
    recheckSince: null,
    reason: "ERR_API_NETWORK",
  }));
}

describe("claim and settle", () => {
  it("commit without a flush, and leave synchronous_commit of the connection on", async () => {
    const { schema, queue } = await database.open();
    const pool = openPool(database.connectionString, { max: 1 });
    const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue });
    const synchronousCommit = async () =>
      (await pool.query("SELECT current_setting('synchronous_commit') AS value")).rows[0].value;
    await inbox.accept(delivery("1"));
    const claim = await inbox.claim(objectOf("1"), LEASE());
    expect(await synchronousCommit()).toBe("on");
    if (claim !== null) await inbox.settle(claim, done(claim));
    expect(await synchronousCommit()).toBe("on");
    await expect(inbox.accept(delivery("1"))).resolves.toMatchObject({ outcome: "accepted" });
    await pool.end();
  });

  it("of different objects share a statement, each with its own rows", async () => {
    let statements = 0;
    const pool = watchedPool(database.pool, (text) => {
      if (text.includes("jobber_deliveries")) statements += 1;
    });
    const { schema, queue, inbox } = await database.open();
    const watching = createPostgres({ pool, boss: database.boss, schema, queue });
    const ids = ["1", "2", "2", "3"];
    const accepted = await Promise.all(ids.map((id) => inbox.accept(delivery(id))));
    const claims = await Promise.all(
      ["1", "2", "3", "4"].map((id) => watching.inbox.claim(objectOf(id), LEASE())),
    );
    expect(claims.map((claim) => claim?.deliveries.map(({ sequence }) => sequence))).toEqual([
      [accepted[0]?.sequence],
      [accepted[1]?.sequence, accepted[2]?.sequence],
      [accepted[3]?.sequence],
      undefined,
    ]);
    const [first, second, third] = claims;
    if (!first || !second || !third) throw new Error("not all were claimed");
    // A claim settles only its own rows.
    const foreign = { ...first, id: "another claim" };
    await Promise.all([
      watching.inbox.settle(foreign, done(first)),
      watching.inbox.settle(second, done(second)),
      watching.inbox.settle(third, done(third)),
    ]);
    expect((await inbox.list({})).map(({ state }) => state)).toEqual([
      "claimed",
      "done",
      "done",
      "done",
    ]);
    expect(statements).toBe(2);
  });
});

describe("settle", () => {
  it("writes the wake-up of a row that waits again, for its due time", async () => {
    const { queue, inbox, claims } = await claimed({ "1": 1 });
    for (const claim of claims)
      await inbox.settle(
        claim,
        waiting(claim, () => Date.now() + 60_000),
      );
    const { count, firstMs } = await wakeUps(database, queue);
    expect(count).toBe(1);
    expect(firstMs).toBeGreaterThan(58_000);
    expect(firstMs).toBeLessThanOrEqual(60_000);
  });

  it("writes wake-ups for many due times in one statement, at most one per object and second", async () => {
    const { schema, queue, claims } = await claimed({ "1": 40, "2": 1 });
    let inserts = 0;
    const pool = watchedPool(database.pool, (text) => {
      if (text.includes(database.bossSchema)) inserts += 1;
    });
    const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue });
    const now = Date.now();
    await Promise.all(
      claims.map((claim) =>
        inbox.settle(
          claim,
          waiting(claim, (index) => now + 60_000 + index * 31),
        ),
      ),
    );
    expect(inserts).toBe(1);
    const { count, firstMs } = await wakeUps(database, queue);
    expect(count).toBeLessThanOrEqual(4);
    expect(firstMs).toBeGreaterThan(58_000);
  });

  it("ignores the clock of this machine", async () => {
    const { schema, queue } = await database.open();
    // Ten minutes ahead of the database.
    const now = () => Date.now() + 600_000;
    const { inbox } = createPostgres({
      pool: database.pool,
      boss: database.boss,
      schema,
      queue,
      now,
    });
    await inbox.accept(delivery("1", { receivedAt: now() }));
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 10_000, now: now() });
    expect(claim?.deliveries).toHaveLength(1);
    const others = createPostgres({
      pool: database.pool,
      boss: database.boss,
      schema,
      queue,
    }).inbox;
    expect(await others.claim(objectOf("1"), { leaseMs: 10_000, now: now() })).toBeNull();
    if (claim === null) return;
    await inbox.settle(
      claim,
      waiting(claim, () => now() + 200),
    );
    await expect.poll(() => others.claim(objectOf("1"), LEASE()), { timeout: 2000 }).not.toBeNull();
  });

  it('uses the caller\'s clock with clock: "caller"', async () => {
    let now = Date.parse("2020-01-01T00:00:00Z");
    const { inbox } = await database.open({ clock: "caller", now: () => now });
    await inbox.accept(delivery("1", { receivedAt: now }));
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 1000, now });
    if (claim === null) throw new Error("nothing was due");
    const hour = 3_600_000;
    await inbox.settle(
      claim,
      waiting(claim, () => now + hour),
    );
    now += hour - 1;
    expect(await inbox.due({ now, limit: 10 })).toEqual([]);
    now += 1;
    expect(await inbox.due({ now, limit: 10 })).toEqual([objectOf("1")]);
    expect(await inbox.claim(objectOf("1"), { leaseMs: 1000, now })).not.toBeNull();
  });

  it("wakes an object whose claim a server crash has undone", async () => {
    const { schema, queue, inbox, claims } = await claimed({ "1": 3, "2": 1 });
    await database.pool.query(`DELETE FROM "${schema}".jobber_lanes WHERE object_id = '1'`);
    await database.pool.query(
      `UPDATE "${schema}".jobber_deliveries SET state = 'waiting', claim_id = NULL WHERE object_id = '1'`,
    );
    await Promise.all(claims.map((claim) => inbox.settle(claim, done(claim))));
    expect(await wakeUps(database, queue)).toMatchObject({ objects: ["1"] });
    expect((await inbox.list({})).map(({ state }) => state)).toEqual([
      "waiting",
      "waiting",
      "waiting",
      "done",
    ]);
  });
});
