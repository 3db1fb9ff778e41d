import type { ObjectRef } from "@jobber-sync/core";
import { createPostgres, type SqlClient, type SqlPool } from "@jobber-sync/postgres";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { delivery, done, objectOf } from "../deliveries.ts";
import {
  type OpenedPostgres,
  openPool,
  START_MS,
  startTestDatabase,
  type TestDatabase,
} from "../open-postgres.ts";

// Every test talks to a real server, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

/** The wake-ups that the queue holds, and when the first of them is due, in milliseconds from now. */
async function wakeUps(queue: string): Promise<{ readonly count: number; readonly firstMs: number | null }> {
  const { rows } = await database.pool.query(
    `SELECT count(*)::int AS count, min(extract(epoch FROM start_after - now()) * 1000)::float8 AS "firstMs"
     FROM ${database.bossSchema}.job WHERE name = $1 AND state < 'active'`,
    [queue],
  );
  return rows[0];
}

/** The pool, with a look at every statement of a transaction before it runs. */
function watched(before: (text: string) => Promise<void>): SqlPool {
  const { pool } = database;
  return {
    query: (text, values) => pool.query(text, values),
    async connect(): Promise<SqlClient> {
      const client = await pool.connect();
      return {
        async query(text, values) {
          await before(text);
          return client.query(text, values);
        },
        release: (error) => client.release(error),
      };
    },
  };
}

describe("accept", () => {
  it("commits the row and its wake-up together, or neither", async () => {
    const { schema, queue, inbox } = await database.open();
    await Promise.all([inbox.accept(delivery("1")), inbox.accept(delivery("2"))]);
    expect(await wakeUps(queue)).toMatchObject({ count: 2 });
    const pool = watched(async (text) => {
      if (text === "COMMIT") throw new Error("the network broke");
    });
    const broken = createPostgres({ pool, boss: database.boss, schema, queue });
    await expect(broken.inbox.accept(delivery("3"))).rejects.toMatchObject({ code: "ERR_STORE" });
    expect(await inbox.list({})).toHaveLength(2);
    expect(await wakeUps(queue)).toMatchObject({ count: 2 });
  });

  it("puts no wake-up behind a quarantined delivery", async () => {
    const { queue, inbox } = await database.open();
    await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_EVENT_SYNTAX" }));
    expect(await wakeUps(queue)).toMatchObject({ count: 0 });
  });

  it("writes deliveries that arrive together in one transaction", async () => {
    let commits = 0;
    const pool = watched(async (text) => {
      if (text === "COMMIT") commits += 1;
    });
    const { schema, queue } = await database.open();
    const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue });
    await Promise.all(Array.from({ length: 300 }, (_, index) => inbox.accept(delivery(String(index)))));
    expect(commits).toBe(2);
  });

  it("fails no delivery for its neighbour", async () => {
    const { schema, inbox } = await database.open();
    await database.pool.query(`ALTER TABLE "${schema}".jobber_deliveries ADD CHECK (object_id <> 'refused')`);
    const results = await Promise.allSettled(["1", "refused", "3"].map((id) => inbox.accept(delivery(id))));
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await inbox.list({})).map(({ objectId }) => objectId)).toEqual(["1", "3"]);
  });

  it("refuses a session whose commits a crash may lose, and says how to mend it", async () => {
    const { schema, queue, inbox } = await database.open();
    const pool = openPool(database.connectionString, { options: "-c synchronous_commit=off" });
    const weak = createPostgres({ pool, boss: database.boss, schema, queue });
    await expect(weak.inbox.accept(delivery("1"))).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringContaining("synchronous_commit"),
    });
    expect(await inbox.list({})).toEqual([]);
    const allowed = createPostgres({ pool, boss: database.boss, schema, queue, requireDurable: false });
    await allowed.inbox.accept(delivery("1"));
    await pool.end();
  });

  it("gives up in time while the pool is starved, and works again when it is not", async () => {
    const { schema, queue } = await database.open();
    const pool = openPool(database.connectionString, { max: 1 });
    const held = await pool.connect();
    const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue, acceptTimeoutMs: 200 });
    const began = performance.now();
    const refused = await Promise.allSettled([inbox.accept(delivery("1")), inbox.accept(delivery("2"))]);
    expect(performance.now() - began).toBeLessThan(400);
    for (const result of refused) expect(result).toMatchObject({ reason: { code: "ERR_STORE_BUSY" } });
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
});

describe("claim and settle", () => {
  it("are not flushed, and leave the connection as it was: what is accepted next is", async () => {
    const { schema, queue } = await database.open();
    const pool = openPool(database.connectionString, { max: 1 });
    const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue });
    const synchronousCommit = async () =>
      (await pool.query("SELECT current_setting('synchronous_commit') AS value")).rows[0].value;
    await inbox.accept(delivery("1"));
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 10_000, now: Date.now() });
    expect(await synchronousCommit()).toBe("on");
    if (claim !== null) await inbox.settle(claim, done(claim));
    expect(await synchronousCommit()).toBe("on");
    await expect(inbox.accept(delivery("1"))).resolves.toMatchObject({ outcome: "accepted" });
    await pool.end();
  });

  it("go together for objects that are worked on at one time, each with its own rows", async () => {
    const texts: string[] = [];
    const { schema, queue, inbox } = await database.open();
    const pool: SqlPool = {
      query: (text, values) => {
        texts.push(text);
        return database.pool.query(text, values);
      },
      connect: () => database.pool.connect(),
    };
    const watching = createPostgres({ pool, boss: database.boss, schema, queue });
    const ids = ["1", "2", "2", "3"];
    const accepted = await Promise.all(ids.map((id) => inbox.accept(delivery(id))));
    const options = { leaseMs: 10_000, now: Date.now() };
    const claims = await Promise.all(
      ["1", "2", "3", "4"].map((id) => watching.inbox.claim(objectOf(id), options)),
    );
    expect(claims.map((claim) => claim?.deliveries.map(({ sequence }) => sequence))).toEqual([
      [accepted[0]?.sequence],
      [accepted[1]?.sequence, accepted[2]?.sequence],
      [accepted[3]?.sequence],
      undefined,
    ]);
    const [first, second, third] = claims;
    if (!first || !second || !third) throw new Error("not all were claimed");
    // A claim settles its own rows only.
    const foreign = { ...first, id: "another claim" };
    await Promise.all([
      watching.inbox.settle(foreign, done(first)),
      watching.inbox.settle(second, done(second)),
      watching.inbox.settle(third, done(third)),
    ]);
    expect((await inbox.list({})).map(({ state }) => state)).toEqual(["claimed", "done", "done", "done"]);
    expect(texts).toHaveLength(2);
  });
});

describe("settle", () => {
  it("wakes what is put back when it is due, in the same transaction", async () => {
    const { queue, inbox } = await database.open();
    await inbox.accept(delivery("1"));
    await database.boss.deleteQueuedJobs(queue);
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 10_000, now: Date.now() });
    expect(claim).not.toBeNull();
    if (claim === null) return;
    const [row] = claim.deliveries;
    const counts = { attempts: 0, retries: 1, recheckSince: null, reason: "ERR_API_NETWORK" };
    const sequence = row?.sequence ?? 0;
    await inbox.settle(claim, [{ sequence, state: "waiting", dueAt: Date.now() + 60_000, ...counts }]);
    const { count, firstMs } = await wakeUps(queue);
    expect(count).toBe(1);
    expect(firstMs).toBeGreaterThan(58_000);
    expect(firstMs).toBeLessThanOrEqual(60_000);
  });

  it("is not fooled by the clock of this machine", async () => {
    const { schema, queue } = await database.open();
    // Ten minutes ahead of the database, which alone knows what is due.
    const now = () => Date.now() + 600_000;
    const { inbox } = createPostgres({ pool: database.pool, boss: database.boss, schema, queue, now });
    await inbox.accept(delivery("1", { receivedAt: now() }));
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 10_000, now: now() });
    expect(claim?.deliveries).toHaveLength(1);
    const others = createPostgres({ pool: database.pool, boss: database.boss, schema, queue }).inbox;
    expect(await others.claim(objectOf("1"), { leaseMs: 10_000, now: now() })).toBeNull();
    if (claim === null) return;
    const [row] = claim.deliveries;
    const counts = { attempts: 0, retries: 1, recheckSince: null, reason: null };
    await inbox.settle(claim, [
      { sequence: row?.sequence ?? 0, state: "waiting", dueAt: now() + 200, ...counts },
    ]);
    await expect
      .poll(() => others.claim(objectOf("1"), { leaseMs: 10_000, now: Date.now() }), { timeout: 2000 })
      .not.toBeNull();
  });

  it("goes by the caller's clock when told to", async () => {
    let now = Date.parse("2020-01-01T00:00:00Z");
    const { inbox } = await database.open({ clock: "caller", now: () => now });
    await inbox.accept(delivery("1", { receivedAt: now }));
    const claim = await inbox.claim(objectOf("1"), { leaseMs: 1000, now });
    if (claim === null) throw new Error("nothing was due");
    const [row] = claim.deliveries;
    const counts = { attempts: 0, retries: 1, recheckSince: null, reason: null };
    const hour = 3_600_000;
    await inbox.settle(claim, [
      { sequence: row?.sequence ?? 0, state: "waiting", dueAt: now + hour, ...counts },
    ]);
    now += hour - 1;
    expect(await inbox.due({ now, limit: 10 })).toEqual([]);
    now += 1;
    expect(await inbox.due({ now, limit: 10 })).toEqual([objectOf("1")]);
    expect(await inbox.claim(objectOf("1"), { leaseMs: 1000, now })).not.toBeNull();
  });
});

describe("listening", () => {
  /** Listens with `during` as the work of each run, until `body` has ended. */
  async function listening(
    { inbox }: Pick<OpenedPostgres, "inbox">,
    body: (runs: ObjectRef[]) => Promise<unknown>,
  ): Promise<void> {
    const stop = new AbortController();
    const runs: ObjectRef[] = [];
    const listening = inbox.listen(
      async (object) => {
        const claim = await inbox.claim(object, { leaseMs: 10_000, now: Date.now() });
        if (claim === null) return;
        await inbox.settle(claim, done(claim));
        runs.push(object);
      },
      { concurrency: 4, signal: stop.signal, onError: () => {} },
    );
    try {
      await body(runs);
    } finally {
      stop.abort();
      await listening;
    }
  }

  const undone = async ({ inbox }: Pick<OpenedPostgres, "inbox">) =>
    (await inbox.list({ states: ["waiting", "claimed"] })).length;

  it("loses no wake-up when a worker looks while the accept is not committed yet", async () => {
    const opened = await database.open();
    const { schema, queue, inbox } = opened;
    const commits: (() => void)[] = [];
    const pool = watched(async (text) => {
      if (text === "COMMIT") await new Promise<void>((resolve) => commits.push(resolve));
    });
    const slow = createPostgres({ pool, boss: database.boss, schema, queue });
    await listening(opened, async (runs) => {
      await inbox.accept(delivery("1"));
      const accepting = slow.inbox.accept(delivery("1"));
      // The object's earlier delivery is worked on, and its wake-up spent, while the later one cannot be seen.
      await expect.poll(() => commits.length).toBe(1);
      await expect.poll(() => runs.length).toBe(1);
      expect(await inbox.claim(objectOf("1"), { leaseMs: 1000, now: Date.now() })).toBeNull();
      commits[0]?.();
      await accepting;
      await expect.poll(() => undone(opened), { timeout: 5000 }).toBe(0);
      expect(runs).toHaveLength(2);
    });
  });

  it("takes up rows whose wake-up is gone", async () => {
    const opened = await database.open({ sweepMs: 50, overdueMs: 100 });
    await opened.inbox.accept(delivery("1"));
    await database.boss.deleteQueuedJobs(opened.queue);
    await listening(opened, async () => expect.poll(() => undone(opened), { timeout: 5000 }).toBe(0));
  });

  it("takes up the rows of a worker that died", async () => {
    const opened = await database.open({ sweepMs: 50 });
    const { inbox, queue } = opened;
    await inbox.accept(delivery("1"));
    await database.boss.deleteQueuedJobs(queue);
    await inbox.claim(objectOf("1"), { leaseMs: 200, now: Date.now() });
    await listening(opened, async () => expect.poll(() => undone(opened), { timeout: 5000 }).toBe(0));
  });

  it("hands back what it has taken and not begun when it ends", async () => {
    const opened = await database.open();
    const { inbox, queue } = opened;
    for (let index = 0; index < 8; index += 1) await inbox.accept(delivery(String(index)));
    const stop = new AbortController();
    let end = () => {};
    const begun: string[] = [];
    const listening = inbox.listen(
      async ({ objectId }) => {
        begun.push(objectId);
        await new Promise<void>((resolve) => {
          end = resolve;
        });
      },
      { concurrency: 1, signal: stop.signal, onError: () => {} },
    );
    await expect.poll(() => begun.length).toBe(1);
    stop.abort();
    end();
    await listening;
    expect(begun).toHaveLength(1);
    expect(await wakeUps(queue)).toMatchObject({ count: 7 });
  });

  it("is not held up by runs that take long, and looks at those again", async () => {
    const opened = await database.open();
    const { inbox, queue } = opened;
    const stop = new AbortController();
    const begun: string[] = [];
    const ends: (() => void)[] = [];
    const listening = inbox.listen(
      async ({ objectId }) => {
        begun.push(objectId);
        if (objectId.startsWith("slow")) await new Promise<void>((resolve) => ends.push(resolve));
      },
      { concurrency: 4, signal: stop.signal, onError: () => {} },
    );
    for (const id of ["slow 1", "slow 2", "slow 3"]) {
      await inbox.accept(delivery(id));
      await expect.poll(() => begun, { timeout: 5000 }).toContain(id);
    }
    await inbox.accept(delivery("quick"));
    await expect.poll(() => begun, { timeout: 5000 }).toContain("quick");
    await expect.poll(() => wakeUps(queue), { timeout: 5000 }).toMatchObject({ count: 3 });
    expect((await wakeUps(queue)).firstMs).toBeGreaterThan(5000);
    for (const end of ends) end();
    stop.abort();
    await listening;
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
});
