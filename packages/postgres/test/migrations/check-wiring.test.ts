import { randomUUID } from "node:crypto";
import { createPostgres } from "@jobber-sync/postgres";
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openBoss, openPool } from "../support/connections.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";

const database = testDatabase();

const other = `jobber_other_${randomUUID().slice(0, 8)}`;
let otherUrl: string;
beforeAll(async () => {
  await database.pool.query(`CREATE DATABASE ${other}`);
  const url = new URL(database.connectionString);
  url.pathname = `/${other}`;
  otherUrl = url.href;
});
afterAll(() => database.pool.query(`DROP DATABASE ${other} WITH (FORCE)`));

describe("migrate", () => {
  it("leaves no trace of its probe wake-up", async () => {
    const { queue } = await database.open();
    expect(await wakeUps(database, queue)).toMatchObject({ count: 0 });
  });

  it("rejects a pool and a pg-boss on different databases", async () => {
    const pool = openPool(otherUrl);
    const { boss } = database;
    await expect(createPostgres({ pool, boss, queue: "apart" }).migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/different databases.*same connection string/),
    });
    // Also with a pg-boss that does not expose its connection.
    const mute = new Proxy(boss, {
      get(target, name) {
        if (name === "getDb") return undefined;
        const value = Reflect.get(target, name, target);
        return typeof value === "function" ? value.bind(target) : value;
      },
    });
    await expect(
      createPostgres({ pool, boss: mute, queue: "apart" }).migrate(),
    ).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringContaining("different databases"),
    });
    await pool.end();
  });

  it("rejects different databases even if both have the queue", async () => {
    const pool = openPool(otherUrl);
    const twin = openBoss(otherUrl, database.bossSchema);
    await twin.start();
    await createPostgres({ pool, boss: twin, queue: "both" }).migrate();
    await expect(
      createPostgres({ pool, boss: database.boss, queue: "both" }).migrate(),
    ).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringContaining("different databases"),
    });
    await twin.stop({ graceful: false });
    await pool.end();
  });

  it("rejects sessions with synchronous_commit off, unless requireDurable is false", async () => {
    const pool = openPool(database.connectionString, { options: "-c synchronous_commit=off" });
    const options = { pool, boss: database.boss, schema: "weak", queue: "weak-commits" };
    await expect(createPostgres(options).migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/synchronous_commit = off.*Set it to on/),
    });
    await createPostgres({ ...options, requireDurable: false }).migrate();
    await database.pool.query("DROP SCHEMA weak CASCADE");
    await pool.end();
  });

  it("names boss.start() if pg-boss was not started", async () => {
    const { pool, connectionString } = database;
    const boss = new PgBoss(connectionString);
    await expect(
      createPostgres({ pool, boss, schema: "unstarted" }).migrate(),
    ).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringContaining("boss.start()"),
    });
  });
});
