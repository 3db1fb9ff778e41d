import type { Claim, Settlement } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import { describe, expect, it } from "vitest";
import { delivery, objectOf } from "../support/deliveries.ts";
import type { OpenedPostgres } from "../support/open-postgres.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";
import { watchedPool } from "../support/watched-pool.ts";

const database = testDatabase();

function paused(claim: Claim): readonly Settlement[] {
  return claim.deliveries.map(({ sequence }) => ({
    sequence,
    state: "paused",
    attempts: 0,
    reason: "ERR_API_NEEDS_REAUTH",
  }));
}

/** Accepts deliveries, claims their objects and deletes the wake-ups. */
async function claimed(opened: OpenedPostgres, ids: readonly string[]): Promise<readonly Claim[]> {
  const { inbox, queue } = opened;
  await Promise.all(ids.map((id) => inbox.accept(delivery(id))));
  await database.boss.deleteQueuedJobs(queue);
  const claims = await Promise.all(
    [...new Set(ids)].map((id) => inbox.claim(objectOf(id), { leaseMs: 60_000, now: Date.now() })),
  );
  return claims.filter((claim) => claim !== null);
}

describe("resume", () => {
  it("wakes each object once, however many of its rows are paused", async () => {
    const opened = await database.open();
    const ids = Array.from({ length: 90 }, (_, index) => `object ${index % 3}`);
    for (const claim of await claimed(opened, ids)) await opened.inbox.settle(claim, paused(claim));
    expect(await opened.inbox.resume("acme")).toBe(90);
    expect(await wakeUps(database, opened.queue)).toMatchObject({
      objects: ["object 0", "object 1", "object 2"],
    });
    expect(await opened.inbox.resume("acme")).toBe(0);
    expect(await wakeUps(database, opened.queue)).toMatchObject({ count: 3 });
  });

  it("resumes any number of objects in batches, whatever characters their ids contain", async () => {
    const { inbox, schema, queue } = await database.open();
    await database.pool.query(
      `INSERT INTO "${schema}".jobber_deliveries
         (sequence, tenant, object_type, object_id, delivery_key, state, body, received_at, started_at, due_at, paused_at)
       SELECT i, 'acme', CASE WHEN i % 4 = 0 THEN 'client' ELSE 'job' END, chr(33 + i % 900) || i / 2, i::text, 'paused', '', now(), now(), now(), now()
       FROM generate_series(1, 2500) AS i`,
    );
    expect(await inbox.resume("acme")).toBe(2500);
    expect(await inbox.list({ states: ["paused"] })).toEqual([]);
    const { count, objects } = await wakeUps(database, queue);
    const { rows } = await database.pool.query(
      `SELECT count(DISTINCT (object_type, object_id))::int AS objects FROM "${schema}".jobber_deliveries`,
    );
    expect(count).toBe(rows[0].objects);
    expect(objects).toHaveLength(count);
  });

  it("measures the pause by the database's clock, not by those of the machines that paused and resumed", async () => {
    const opened = await database.open();
    const { schema, queue, inbox } = opened;
    const [claim] = await claimed(opened, ["1"]);
    if (claim === undefined) throw new Error("nothing was claimed");
    const now = () => Date.now() - 3_600_000;
    const behind = createPostgres({ pool: database.pool, boss: database.boss, schema, queue, now });
    await behind.inbox.settle(claim, paused(claim));
    await inbox.resume("acme");
    const again = await inbox.claim(objectOf("1"), { leaseMs: 60_000, now: Date.now() });
    expect(again?.deliveries[0]?.pausedMs).toBeLessThan(60_000);
  });
});

describe("resume while a worker settles rows as paused", () => {
  /** Opens an inbox whose transactions stop before COMMIT until `letGo()`. */
  function held(opened: OpenedPostgres) {
    let arrive = () => {};
    let letGo = () => {};
    const arrived = new Promise<void>((resolve) => {
      arrive = resolve;
    });
    const gone = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const pool = watchedPool(database.pool, async (text) => {
      if (text !== "COMMIT") return;
      arrive();
      await gone;
    });
    const { schema, queue } = opened;
    const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue });
    return { inbox, arrived, letGo };
  }

  const blocked = async () => {
    const { rows } = await database.pool.query(
      "SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
    );
    return rows[0].waiting;
  };

  const wakes = async ({ inbox, queue }: OpenedPostgres) => {
    expect((await inbox.list({})).map(({ state }) => state)).toEqual(["waiting"]);
    expect(await wakeUps(database, queue)).toMatchObject({ objects: ["1"] });
  };

  it("finds rows of a settlement that was not committed when it began", async () => {
    const opened = await database.open();
    const [claim] = await claimed(opened, ["1"]);
    if (claim === undefined) throw new Error("nothing was claimed");
    const { inbox, arrived, letGo } = held(opened);
    const settling = inbox.settle(claim, paused(claim));
    await arrived;
    const resuming = opened.inbox.resume("acme");
    await expect.poll(blocked).toBe(1);
    letGo();
    await settling;
    expect(await resuming).toBe(1);
    await wakes(opened);
  });

  it("is respected by a settlement that began before it committed", async () => {
    const opened = await database.open();
    const [claim] = await claimed(opened, ["1"]);
    if (claim === undefined) throw new Error("nothing was claimed");
    const { inbox, arrived, letGo } = held(opened);
    const resuming = inbox.resume("acme");
    await arrived;
    const settling = opened.inbox.settle(claim, paused(claim));
    await expect.poll(blocked).toBe(1);
    letGo();
    expect(await resuming).toBe(0);
    await settling;
    await wakes(opened);
  });

  it("records the time at which it got the lock, so that claims made while it waited are covered", async () => {
    const opened = await database.open();
    const [first] = await claimed(opened, ["1"]);
    if (first === undefined) throw new Error("nothing was claimed");
    const { inbox, arrived, letGo } = held(opened);
    const settling = inbox.settle(first, paused(first));
    await arrived;
    const resuming = opened.inbox.resume("acme");
    await expect.poll(blocked).toBe(1);
    const [second] = await claimed(opened, ["2"]);
    if (second === undefined) throw new Error("nothing was claimed");
    letGo();
    await settling;
    await resuming;
    await opened.inbox.settle(second, paused(second));
    expect((await opened.inbox.list({})).map(({ state }) => state)).toEqual(["waiting", "waiting"]);
  });
});
