import { createPostgres } from "@jobber-sync/postgres";
import type pg from "pg";
import { getConstructionPlans } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sqlFiles } from "../../src/migrations/sql-files.ts";
import { openBoss, openPool } from "../support/connections.ts";
import { delivery, done } from "../support/deliveries.ts";
import { grantsSql, substituteVariables } from "../support/psql-scripts.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

let guest: pg.Pool;
let guestUrl: string;
beforeAll(async () => {
  await database.pool.query("CREATE ROLE guest LOGIN PASSWORD 'guest'");
  const url = new URL(database.connectionString);
  url.username = "guest";
  url.password = "guest";
  guestUrl = url.href;
  guest = openPool(guestUrl);
});
afterAll(async () => {
  await guest.end();
  await database.pool.query("DROP OWNED BY guest; DROP ROLE guest");
});

/** Prepares a database by hand, as its owner does for a program without DDL privileges. */
async function prepareByHand(tables: string, queue: string): Promise<void> {
  const sql = sqlFiles().filter(({ name }) => name !== "grants.sql");
  await database.pool.query(getConstructionPlans(queue));
  await database.pool.query(
    sql.map(({ text }) => substituteVariables(text, { tables })).join("\n"),
  );
  await database.pool.query(grantsSql({ role: "guest", tables, queue }));
}

describe("a role without DDL privileges", () => {
  it("gets an error that names the missing SQL files", async () => {
    const { boss } = database;
    const { migrate } = createPostgres({ pool: guest, boss, schema: "nowhere", migrate: false });
    await expect(migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SCHEMA",
      message: expect.stringContaining("sql/0001.sql, sql/0002.sql, sql/0003.sql, sql/0004.sql"),
    });
  });

  it("receives, processes and maintains the queue once the owner has run them", async () => {
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

  it("may call migrate() if no migration is missing", async () => {
    const { schema, queue } = await database.open();
    await database.pool.query(
      grantsSql({ role: "guest", tables: schema, queue: database.bossSchema }),
    );
    await createPostgres({ pool: guest, boss: database.boss, schema, queue }).migrate();
  });

  it("gets a queue in the shared table of pg-boss", async () => {
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

  it("gets an error that names grants.sql if it may not write pg-boss's tables", async () => {
    const { schema, queue } = await database.open();
    await database.pool.query(
      grantsSql({ role: "guest", tables: schema, queue: database.bossSchema }),
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
