import { describe, expect, it } from "vitest";
import { delivery, done, objectOf } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";

const database = testDatabase();

/** So many rows of 10 objects that ended in a state 40 days ago. */
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
  it("takes all there are, a batch at a time, and wakes each object once for each", async () => {
    const { inbox, queue } = await ended("dead", 2500);
    expect(await inbox.replay({ states: ["dead"] })).toBe(2500);
    expect(await inbox.list({ states: ["dead"] })).toEqual([]);
    expect(await wakeUps(database, queue)).toMatchObject({ count: 30 });
  });

  it("takes no more than it is asked for, the oldest first", async () => {
    const { inbox } = await ended("unresolved", 1500);
    expect(await inbox.replay({ limit: 1200 })).toBe(1200);
    const left = await inbox.list({ states: ["unresolved"], limit: 1000 });
    expect(left.map(({ sequence }) => sequence)).toEqual(
      Array.from({ length: 300 }, (_, i) => 1201 + i),
    );
  });

  it("keeps the reason of what was quarantined until it has run, and of nothing else", async () => {
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
  it("keeps the hash of a body that it erases", async () => {
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

  it("takes a batch at a time and ends between two when it is told to", async () => {
    const { inbox } = await ended("done", 2500);
    const stop = new AbortController();
    const first = inbox.purge({ signal: stop.signal });
    stop.abort();
    expect((await first).bodies).toBe(1000);
    expect(await inbox.purge()).toEqual({ bodies: 1500, deliveries: 0 });
  });

  it("keeps for ever what it is told to", async () => {
    const { inbox } = await ended("done", 1);
    const forEver = {
      bodiesAfterMs: Number.POSITIVE_INFINITY,
      failedAfterMs: Number.POSITIVE_INFINITY,
    };
    expect(await inbox.purge(forEver)).toEqual({ bodies: 0, deliveries: 0 });
  });

  it("goes by the database's clock: how far that of this machine is off does not matter", async () => {
    const day = 86_400_000;
    const { inbox } = await database.open({ now: () => Date.now() + 60 * day });
    await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_EVENT_SYNTAX" }));
    expect(await inbox.purge()).toEqual({ bodies: 0, deliveries: 0 });
    expect(await inbox.purge({ now: Date.now() + 91 * day })).toEqual({ bodies: 0, deliveries: 1 });
  });
});
