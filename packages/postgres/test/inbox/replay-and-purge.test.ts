import { describe, expect, it } from "vitest";
import { delivery, done, objectOf } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";

const database = testDatabase();

/** Inserts rows of 10 objects that finished 40 days ago. */
async function ended(state: "done" | "dead" | "unresolved" | "quarantined", rows: number) {
  const opened = await database.open();
  await database.pool.query(
    `INSERT INTO "${opened.schema}".jobber_deliveries
       (sequence, tenant, object_type, object_id, delivery_key, state, reason, body, received_at, started_at, due_at, finished_at)
     SELECT nextval('"${opened.schema}".jobber_sequence'), 'acme', 'job', (i % 10)::text, i::text, $1, 'ERR_HANDLER', 'body',
       now(), now(), now(), now() - interval '40 days'
     FROM generate_series(1, $2::int) AS i`,
    [state, rows],
  );
  return opened;
}

describe("replay", () => {
  it("replays all rows in batches and wakes each object once per batch", async () => {
    const { inbox, queue } = await ended("dead", 2500);
    expect(await inbox.replay({ states: ["dead"] })).toBe(2500);
    expect(await inbox.list({ states: ["dead"] })).toEqual([]);
    expect(await wakeUps(database, queue)).toMatchObject({ count: 30 });
  });

  it("replays at most the limit, oldest first", async () => {
    const { inbox } = await ended("unresolved", 1500);
    expect(await inbox.replay({ limit: 1200 })).toBe(1200);
    const left = await inbox.list({ states: ["unresolved"], limit: 1000 });
    expect(left.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 300 }, (_, i) => 1201 + i),
    );
  });

  it("keeps the reason only of quarantined rows", async () => {
    const { inbox } = await database.open();
    await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" }));
    await inbox.replay({});
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 10_000, now: Date.now() });
    expect(claim?.deliveries.map(({ reason }) => reason)).toEqual(["ERR_ACCOUNT_MISMATCH"]);
    const dead = await ended("dead", 1);
    await dead.inbox.replay({ states: ["dead"] });
    expect((await dead.inbox.list({})).map(({ reason }) => reason)).toEqual([null]);
  });
});

describe("purge", () => {
  it("keeps the hash of an erased body", async () => {
    const { inbox, schema } = await database.open();
    const { sequence } = await inbox.accept(delivery("1", { body: Buffer.from("hello") }));
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 1000, now: Date.now() });
    if (claim !== null) await inbox.settle(claim, done(claim));
    await inbox.purge({ now: Date.now() + 1000, bodiesAfterMs: 1 });
    const { rows } = await database.pool.query(
      `SELECT encode(body_sha256, 'hex') AS hash, delivery_key IS NOT NULL AS key FROM "${schema}".jobber_deliveries WHERE sequence = $1`,
      [sequence],
    );
    expect(rows).toEqual([
      { hash: "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824", key: true },
    ]);
  });

  it("works in batches and stops between two when the signal aborts", async () => {
    const { inbox } = await ended("done", 2500);
    const stop = new AbortController();
    const first = inbox.purge({ signal: stop.signal });
    stop.abort();
    expect((await first).bodies).toBe(1000);
    expect(await inbox.purge()).toEqual({ bodies: 1500, deliveries: 0 });
  });

  it("deletes done rows, with or without a body, after doneAfterMs", async () => {
    const { inbox, schema } = await ended("done", 30);
    await database.pool.query(
      `UPDATE "${schema}".jobber_deliveries SET body = NULL WHERE sequence % 3 = 0`,
    );
    await database.pool.query(
      `UPDATE "${schema}".jobber_deliveries SET finished_at = now() - interval '91 days' WHERE sequence <= 12`,
    );
    expect(await inbox.purge()).toEqual({ bodies: 12, deliveries: 12 });
    expect(await inbox.list({})).toHaveLength(18);
    const day = 86_400_000;
    expect(await inbox.purge({ doneAfterMs: 39 * day })).toEqual({ bodies: 0, deliveries: 18 });
  });

  it("keeps rows whose retention is Infinity", async () => {
    const { inbox } = await ended("done", 1);
    const unlimited = {
      bodiesAfterMs: Number.POSITIVE_INFINITY,
      failedAfterMs: Number.POSITIVE_INFINITY,
      doneAfterMs: Number.POSITIVE_INFINITY,
    };
    expect(await inbox.purge(unlimited)).toEqual({ bodies: 0, deliveries: 0 });
  });

  it("uses the database's clock, not that of this machine", async () => {
    const day = 86_400_000;
    const { inbox } = await database.open({ now: () => Date.now() + 60 * day });
    await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_EVENT_SYNTAX" }));
    expect(await inbox.purge()).toEqual({ bodies: 0, deliveries: 0 });
    expect(await inbox.purge({ now: Date.now() + 91 * day })).toEqual({ bodies: 0, deliveries: 1 });
  });
});
