import { createPostgres } from "@jobber-sync/postgres";
import { PgBoss } from "pg-boss";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import {
  openBoss,
  openPool,
  START_MS,
  startTestDatabase,
  type TestDatabase,
} from "../support/open-postgres.ts";
import { wakeUps } from "../support/wake-ups.ts";

// Every test talks to a real server, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
let otherUrl: string;
beforeAll(async () => {
  database = await startTestDatabase();
  await database.pool.query("CREATE DATABASE another");
  const url = new URL(database.connectionString);
  url.pathname = "/another";
  otherUrl = url.href;
}, START_MS);
afterAll(async () => {
  await database.pool.query("DROP DATABASE another WITH (FORCE)");
  await database.stop();
}, START_MS);

describe("migrate", () => {
  it("leaves no trace of the wake-up that it tries", async () => {
    const { queue } = await database.open();
    expect(await wakeUps(database, queue)).toMatchObject({ count: 0 });
  });

  it("rejects a pool on another database than pg-boss", async () => {
    const pool = openPool(otherUrl);
    const { boss } = database;
    await expect(createPostgres({ pool, boss, queue: "apart" }).migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/different databases.*same connection string/),
    });
    // And a pg-boss that does not show its connection.
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

  it("rejects it also where pg-boss has the same queue on both", async () => {
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

  it("rejects sessions whose commits a crash may lose, unless told that it may", async () => {
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

  it("says that pg-boss was not started", async () => {
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
