import { createPostgres } from "@jobber-sync/postgres";
import type pg from "pg";
import { getConstructionPlans } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { delivery, done } from "../support/deliveries.ts";
import {
  openBoss,
  openPool,
  START_MS,
  startTestDatabase,
  type TestDatabase,
} from "../support/open-postgres.ts";
import { grants, migrationFiles } from "../support/sql-files.ts";

// Every test talks to a real server, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
let guest: pg.Pool;
let guestUrl: string;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.pool.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  const url = new URL(database.connectionString);
  url.username = "guest";
  url.password = "guest";
  guestUrl = url.href;
  guest = openPool(guestUrl);
}, START_MS);
afterAll(async () => {
  await guest.end();
  await database.pool.query("DROP OWNED BY guest; DROP ROLE guest");
  await database.stop();
}, START_MS);

/** What an owner does by hand for a program that may create nothing. */
async function prepareByHand(tables: string, queue: string): Promise<void> {
  const sql = migrationFiles().map(({ text }) => text);
  await database.pool.query(getConstructionPlans(queue));
  await database.pool.query(
    `CREATE SCHEMA ${tables}; SET search_path TO ${tables}; ${sql.join("\n")} RESET search_path`,
  );
  await database.pool.query(grants({ role: "guest", tables, queue }));
}

describe("a role that may create nothing", () => {
  it("is told which SQL files are missing", async () => {
    const { boss } = database;
    const { migrate } = createPostgres({ pool: guest, boss, schema: "nowhere", migrate: false });
    await expect(migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SCHEMA",
      message: expect.stringContaining("sql/0001.sql, sql/0002.sql"),
    });
  });

  it("receives, works, looks after the queue and uses all tools once an owner has run them", async () => {
    await prepareByHand("by_hand", "boss_by_hand");
    const boss = openBoss(guestUrl, "boss_by_hand", {
      migrate: false,
      superviseIntervalSeconds: 1,
      monitorIntervalSeconds: 1,
      maintenanceIntervalSeconds: 1,
    });
    const errors: unknown[] = [];
    boss.on("error", (error) => errors.push(error));
    await boss.start();
    const { migrate, inbox, store, lease, cursors, tokens } = createPostgres({
      pool: guest,
      boss,
      schema: "by_hand",
      migrate: false,
    });
    await migrate();
    const stop = new AbortController();
    const ended = inbox.listen(
      async (object) => {
        const claim = await inbox.claim(object, { leaseMs: 10_000, now: Date.now() });
        if (claim !== null) await inbox.settle(claim, done(claim));
      },
      { concurrency: 2, signal: stop.signal, onError: (error) => errors.push(error) },
    );
    await inbox.accept(delivery("1"));
    await expect
      .poll(async () => (await inbox.list({ states: ["done"] })).length, { timeout: 10_000 })
      .toBe(1);
    await store.apply({ contacts: [], jobs: [], submissions: [] });
    await inbox.acquireSlot("acme", { perSecond: 8, maxWaitMs: 0, now: Date.now() });
    await inbox.accept(delivery("2", { state: "quarantined", reason: "ERR_EVENT_SYNTAX" }));
    await inbox.purge({ now: Date.now() + 1000, bodiesAfterMs: 1, failedAfterMs: 1 });
    await inbox.replay({});
    await inbox.resume("acme");
    expect(await lease.acquire("refresh", "me", 1000)).toBe(true);
    await cursors.set("acme", "jobs", "1");
    expect(await tokens.tenants()).toEqual([]);
    // A look of pg-boss after its queue.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    stop.abort();
    await ended;
    await boss.stop({ graceful: false });
    expect(errors).toEqual([]);
    await database.pool.query("DROP SCHEMA by_hand, boss_by_hand CASCADE");
  });

  it("needs no right to create where nothing is missing, even when it migrates", async () => {
    const { schema, queue } = await database.open();
    await database.pool.query(
      grants({ role: "guest", tables: schema, queue: database.bossSchema }),
    );
    await createPostgres({ pool: guest, boss: database.boss, schema, queue }).migrate();
  });

  it("gets a queue among the others of pg-boss where it may create no table for one", async () => {
    await prepareByHand("by_hand_too", "boss_by_hand_too");
    const boss = openBoss(guestUrl, "boss_by_hand_too", { migrate: false });
    await boss.start();
    await createPostgres({ pool: guest, boss, schema: "by_hand_too" }).migrate();
    expect(await boss.getQueue("jobber-deliveries")).toMatchObject({
      policy: "standard",
      partition: false,
    });
    await boss.stop({ graceful: false });
    await database.pool.query("DROP SCHEMA by_hand_too, boss_by_hand_too CASCADE");
  });

  it("is told when it may not write pg-boss's tables", async () => {
    const { schema, queue } = await database.open();
    await database.pool.query(
      grants({ role: "guest", tables: schema, queue: database.bossSchema }),
    );
    await database.pool.query(
      `REVOKE ALL ON SCHEMA ${database.bossSchema} FROM guest; REVOKE ALL ON ALL TABLES IN SCHEMA ${database.bossSchema} FROM guest`,
    );
    await expect(
      createPostgres({ pool: guest, boss: database.boss, schema, queue }).migrate(),
    ).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/may not write pg-boss's tables.*grants\.sql/),
    });
  });
});
