import type { ObjectRef } from "@jobber-sync/core/ports";
import { createPostgres, type Postgres } from "@jobber-sync/postgres";
import { expect, it } from "vitest";
import { delivery, done, objectOf } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";
import { watchedPool } from "../support/watched-pool.ts";

const database = testDatabase();

type Inboxed = Pick<Postgres, "inbox">;

/** Listens until `body` ends, calling `during` in each run. */
async function listening(
  { inbox }: Inboxed,
  body: (runs: readonly ObjectRef[]) => Promise<unknown>,
  during: (object: ObjectRef) => Promise<void> = async () => {},
  concurrency = 4,
): Promise<void> {
  const stop = new AbortController();
  const runs: ObjectRef[] = [];
  const errors: unknown[] = [];
  const ended = inbox.listen(
    async (object) => {
      const claim = await inbox.claim(object, { leaseMs: 10_000, now: Date.now() });
      if (claim === null) return;
      await during(object);
      await inbox.settle(claim, done(claim));
      runs.push(object);
    },
    { concurrency, signal: stop.signal, onError: (error) => errors.push(error) },
  );
  try {
    await body(runs);
  } finally {
    stop.abort();
    await ended;
  }
  expect(errors).toEqual([]);
}

const undone = async ({ inbox }: Inboxed) =>
  (await inbox.list({ states: ["waiting", "claimed"], limit: 1000 })).length;

it("listen runs an object again whose accept commits after its wake-up was consumed", async () => {
  const opened = await database.open();
  const { schema, queue, inbox } = opened;
  const commits: (() => void)[] = [];
  const pool = watchedPool(database.pool, async (text) => {
    if (text === "COMMIT") await new Promise<void>((resolve) => commits.push(resolve));
  });
  const slow = createPostgres({ pool, boss: database.boss, schema, queue });
  await listening(opened, async (runs) => {
    await inbox.accept(delivery("1"));
    const accepting = slow.inbox.accept(delivery("1"));
    // The earlier delivery runs, and its wake-up is consumed, while the later one is not visible
    // yet.
    await expect.poll(() => commits.length).toBe(1);
    await expect.poll(() => runs.length).toBe(1);
    expect(await inbox.claim(objectOf("1"), { leaseMs: 1000, now: Date.now() })).toBeNull();
    commits[0]?.();
    await accepting;
    await expect.poll(() => undone(opened), { timeout: 5000 }).toBe(0);
    expect(runs).toHaveLength(2);
  });
});

it("listen runs more objects of one tenant than are remembered, without waiting for a sweep", async () => {
  const opened = await database.open({ sweepMs: 60_000 });
  for (let batch = 0; batch < 8; batch += 1) {
    const ids = Array.from({ length: 50 }, (_, index) => `${batch} ${index}`);
    await Promise.all(ids.map((id) => opened.inbox.accept(delivery(id))));
  }
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await listening(
    opened,
    async (runs) => {
      // Every wake-up is fetched while the tenant holds all of its slots.
      await expect
        .poll(async () => (await wakeUps(database, opened.queue)).count, { timeout: 20_000 })
        .toBe(0);
      release();
      await expect.poll(() => runs.length, { timeout: 20_000 }).toBe(400);
    },
    () => held,
  );
});

it("listen does not let a tenant wait behind the wake-ups of another one's backlog", async () => {
  // Only the looks for late rows can find the row: nothing is overdue.
  const opened = await database.open({ sweepMs: 400, overdueMs: 3_600_000 });
  const { inbox, queue } = opened;
  await inbox.accept({ ...delivery("last"), tenant: "other" });
  // Wake-ups without rows cost as much to fetch as those of a backlog.
  await database.pool.query(
    `INSERT INTO ${database.bossSchema}.job (name, policy, data, created_on)
     SELECT $1, 'standard', jsonb_build_object('tenant', 'acme', 'objectType', 'job', 'objectId', i::text), now() - interval '1 hour'
     FROM generate_series(1, 20000) AS i`,
    [queue],
  );
  await listening(opened, async (runs) => {
    await expect
      .poll(() => runs.map(({ tenant }) => tenant), { timeout: 10_000, interval: 20 })
      .toContain("other");
    const { count } = await wakeUps(database, queue);
    expect(count).toBeGreaterThan(10_000);
  });
});

it("listen runs rows without a wake-up", async () => {
  const opened = await database.open({ sweepMs: 50, overdueMs: 100 });
  await opened.inbox.accept(delivery("1"));
  await database.boss.deleteQueuedJobs(opened.queue);
  await listening(opened, async () => expect.poll(() => undone(opened), { timeout: 5000 }).toBe(0));
});

it("listen runs rows without a wake-up even if a running object has thousands of due rows", async () => {
  const opened = await database.open({ sweepMs: 50, overdueMs: 100 });
  const { inbox, schema } = opened;
  let end = () => {};
  const held = new Promise<void>((resolve) => {
    end = resolve;
  });
  const { sequence } = await inbox.accept(delivery("busy"));
  await listening(
    opened,
    async (runs) => {
      await expect.poll(async () => (await inbox.list({ states: ["claimed"] })).length).toBe(1);
      // Rows without wake-ups. The running object has more than one query reads, due for longer.
      await database.pool.query(
        `INSERT INTO "${schema}".jobber_deliveries
           (sequence, tenant, object_type, object_id, delivery_key, topic, state, body, received_at, started_at, due_at)
         SELECT nextval('"${schema}".jobber_sequence'), tenant, object_type, CASE WHEN i = 0 THEN 'lost' ELSE object_id END, delivery_key,
           topic, 'waiting', body, received_at, started_at, now() - CASE WHEN i = 0 THEN interval '1 minute' ELSE interval '1 hour' END
         FROM "${schema}".jobber_deliveries, generate_series(0, 4000) AS i WHERE sequence = $1`,
        [sequence],
      );
      await expect
        .poll(() => runs.map(({ objectId }) => objectId), { timeout: 5000 })
        .toContain("lost");
      end();
    },
    ({ objectId }) => (objectId === "busy" ? held : Promise.resolve()),
  );
});

it("listen runs the rows of a worker that died", async () => {
  const opened = await database.open({ sweepMs: 50 });
  const { inbox, queue } = opened;
  await inbox.accept(delivery("1"));
  await database.boss.deleteQueuedJobs(queue);
  await inbox.claim(objectOf("1"), { leaseMs: 200, now: Date.now() });
  await listening(opened, async () => expect.poll(() => undone(opened), { timeout: 5000 }).toBe(0));
});

it("listen runs them within seconds of the expiry, ahead of a long queue, with all slots busy", async () => {
  const opened = await database.open({ sweepMs: 300, overdueMs: 1000 });
  const { inbox, schema } = opened;
  const ids = Array.from({ length: 400 }, (_, index) => String(index));
  await Promise.all(ids.map((id) => inbox.accept(delivery(id))));
  await inbox.accept(delivery("of the dead worker"));
  // The waiting rows have been due for longer than those of the dead worker.
  await database.pool.query(
    `UPDATE "${schema}".jobber_deliveries SET due_at = now() - interval '1 hour'`,
  );
  await inbox.claim(objectOf("of the dead worker"), { leaseMs: 500, now: Date.now() });
  const began = performance.now();
  await listening(
    opened,
    async (runs) => {
      await expect
        .poll(() => runs.map(({ objectId }) => objectId), { timeout: 15_000, interval: 20 })
        .toContain("of the dead worker");
      expect(performance.now() - began).toBeLessThan(6000);
      // Most of the queue is still waiting.
      expect(await undone(opened)).toBeGreaterThan(100);
    },
    () => new Promise((resolve) => setTimeout(resolve, 100)),
    4,
  );
});

it("listen requeues what it has fetched but not started when it ends, and promised follow-up runs", async () => {
  const opened = await database.open();
  const { inbox, queue } = opened;
  const stop = new AbortController();
  let end = () => {};
  const begun: string[] = [];
  const ended = inbox.listen(
    async ({ objectId }) => {
      begun.push(objectId);
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    },
    { concurrency: 1, signal: stop.signal, onError: () => {} },
  );
  await inbox.accept(delivery("0"));
  await expect.poll(() => begun.length).toBe(1);
  for (let index = 0; index < 8; index += 1) await inbox.accept(delivery(String(index)));
  await expect
    .poll(async () => (await wakeUps(database, queue)).count, { timeout: 5000 })
    .toBeLessThan(8);
  stop.abort();
  end();
  await ended;
  expect(begun).toEqual(["0"]);
  const { objects } = await wakeUps(database, queue);
  expect([...new Set(objects)]).toEqual(Array.from({ length: 8 }, (_, index) => String(index)));
});

it("listen starts new objects while long runs are active", async () => {
  const opened = await database.open();
  const { inbox } = opened;
  const stop = new AbortController();
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ended = inbox.listen(
    async ({ objectId }) => {
      begun.push(objectId);
      if (objectId.startsWith("slow")) await new Promise<void>((resolve) => ends.push(resolve));
    },
    { concurrency: 4, signal: stop.signal, onError: () => {} },
  );
  for (const id of ["slow 1", "slow 2", "slow 3"]) {
    await inbox.accept(delivery(id));
    await inbox.accept(delivery(id));
    await expect.poll(() => begun, { timeout: 5000 }).toContain(id);
  }
  for (const id of ["quick 1", "quick 2", "quick 3"]) {
    const began = performance.now();
    await inbox.accept(delivery(id));
    await expect.poll(() => begun, { timeout: 5000, interval: 5 }).toContain(id);
    expect(performance.now() - began).toBeLessThan(900);
  }
  for (const end of ends) end();
  stop.abort();
  for (const end of ends) end();
  await expect.poll(() => begun.length).toBeGreaterThan(5);
  const endAll = setInterval(() => {
    for (const end of ends) end();
  }, 10);
  await ended;
  clearInterval(endAll);
});

it("listen stops waiting for a batch that pg-boss has reassigned, and continues", async () => {
  const opened = await database.open();
  const { queue, schema, inbox } = opened;
  let reassign = () => {};
  let handled: Promise<unknown> = Promise.resolve();
  const taken = new AbortController();
  const boss = new Proxy(database.boss, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name !== "work") return typeof value === "function" ? value.bind(target) : value;
      return async (
        _queue: string,
        _options: object,
        handler: (jobs: object[]) => Promise<unknown>,
      ) => {
        reassign = () => taken.abort();
        handled = handler([
          { data: objectOf("running"), signal: taken.signal },
          { data: objectOf("waiting"), signal: taken.signal },
        ]);
        return "id";
      };
    },
  });
  const pushed = createPostgres({ pool: database.pool, boss, schema, queue });
  const stop = new AbortController();
  let end = () => {};
  const begun: string[] = [];
  const ended = pushed.inbox.listen(
    async ({ objectId }) => {
      begun.push(objectId);
      await new Promise<void>((resolve) => {
        end = resolve;
      });
    },
    { concurrency: 1, signal: stop.signal, onError: () => {} },
  );
  await expect.poll(() => begun.length).toBe(1);
  let over = false;
  void handled.then(() => {
    over = true;
  });
  expect(over).toBe(false);
  reassign();
  await expect.poll(() => over).toBe(true);
  expect(await wakeUps(database, queue)).toMatchObject({ count: 0 });
  end();
  await expect.poll(() => begun).toEqual(["running", "waiting"]);
  stop.abort();
  end();
  await ended;
  expect(await inbox.list({})).toEqual([]);
});

it("listen retries until pg-boss accepts its worker", async () => {
  const opened = await database.open();
  const { queue, schema } = opened;
  let rejections = 0;
  const boss = new Proxy(database.boss, {
    get(target, name) {
      const value = Reflect.get(target, name, target);
      if (name === "work" && rejections < 1) {
        return async () => {
          rejections += 1;
          throw new Error("Workers are disabled. pg-boss is stopped");
        };
      }
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  const { inbox } = createPostgres({ pool: database.pool, boss, schema, queue });
  const stop = new AbortController();
  const errors: unknown[] = [];
  const begun: string[] = [];
  const ended = inbox.listen(async ({ objectId }) => void begun.push(objectId), {
    concurrency: 1,
    signal: stop.signal,
    onError: (error) => errors.push(error),
  });
  await opened.inbox.accept(delivery("1"));
  await expect.poll(() => begun, { timeout: 10_000 }).toEqual(["1"]);
  expect(errors).toMatchObject([{ code: "ERR_STORE_SETTINGS" }]);
  stop.abort();
  await ended;
});
