import { createWorker } from "@jobber-sync/core";
import { createPostgres, POOL_SETTINGS, POOLER_SETTINGS } from "@jobber-sync/postgres";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { openPool } from "../support/connections.ts";
import { delivery } from "../support/deliveries.ts";
import { startPooler } from "../support/pooler.ts";
import { jobCreated, SILENT } from "../support/sender.ts";
import { testDatabase } from "../support/test-database.ts";
import { watchedPool } from "../support/watched-pool.ts";

const database = testDatabase();

const snapshot = (machine: number) => ({
  topic: "job.created",
  body: Buffer.from(JSON.stringify(jobCreated("1", `by ${machine}`))),
});

describe("with default_transaction_isolation = serializable", () => {
  it("concurrent accepts and runs of two machines neither fail nor conflict", async () => {
    const { schema, queue } = await database.open();
    const pool = openPool(database.connectionString, {
      options: "-c default_transaction_isolation=serializable",
    });
    // The package repeats what failed by a conflict, so that a few of them delay and fail nothing.
    const failed: unknown[] = [];
    const noting =
      <A extends unknown[], T>(query: (...parameters: A) => Promise<T>) =>
      (...parameters: A) =>
        query(...parameters).catch((error: unknown) => {
          failed.push((error as { readonly code?: unknown }).code);
          throw error;
        });
    const noted = {
      query: noting((text: string, values?: unknown[]) => pool.query(text, values)),
      async connect() {
        const client = await pool.connect();
        return {
          query: noting((text: string, values?: unknown[]) => client.query(text, values)),
          release: (error?: Error | boolean) => client.release(error),
        };
      },
    };
    const machines = Array.from({ length: 2 }, () =>
      createPostgres({ pool: noted, boss: database.boss, schema, queue, acceptTimeoutMs: 20_000 }),
    );
    const [first] = machines;
    if (first === undefined) return;
    const conflicts: string[] = [];
    await Promise.all(
      machines.flatMap(({ inbox }, machine) => {
        return Array.from({ length: 40 }, async (_, index) => {
          await new Promise((resolve) => setTimeout(resolve, index * 5));
          return inbox.accept(delivery(String(index % 7), snapshot(machine)));
        });
      }),
    );
    const workers = machines.map(({ inbox, store }) =>
      createWorker({
        inbox,
        store,
        logger: { ...SILENT, error: (line) => conflicts.push(JSON.stringify(line)) },
        hooks: { retried: (event) => void conflicts.push(JSON.stringify(event)) },
      }),
    );
    for (const worker of workers) worker.start();
    const open = { states: ["waiting", "claimed"], limit: 1000 } as const;
    await expect
      .poll(async () => (await first.inbox.list(open)).length, { timeout: 20_000 })
      .toBe(0);
    await Promise.all(workers.map((worker) => worker.stop()));
    expect(conflicts).toEqual([]);
    expect(failed).toEqual([]);
    await pool.end();
  });
});

describe("through a pooler that rejects startup parameters", () => {
  it("POOL_SETTINGS fail with an error that names POOLER_SETTINGS", async () => {
    const pooler = await startPooler(database.connectionString);
    const pool = new pg.Pool({
      connectionString: pooler.connectionString,
      ...POOL_SETTINGS,
    }).on("error", () => {});
    await expect(createPostgres({ pool, boss: database.boss }).migrate()).rejects.toMatchObject({
      code: "ERR_STORE_SETTINGS",
      message: expect.stringMatching(/POOLER_SETTINGS.*pooler: true/),
    });
    await pool.end();
    await pooler.close();
  });

  it("POOLER_SETTINGS work, and every statement runs with the limits of its transaction", async () => {
    const { schema, queue } = await database.open();
    const pooler = await startPooler(database.connectionString);
    const { connectionString } = pooler;
    const pool = new pg.Pool({ connectionString, ...POOLER_SETTINGS }).on("error", () => {});
    const { boss } = database;
    const postgres = createPostgres({ pool, boss, schema, queue, pooler: true });
    await postgres.migrate();
    await postgres.inbox.accept(delivery("1"));
    const object = { tenant: "acme", objectType: "job", objectId: "1" } as const;
    const claim = await postgres.inbox.claim(object, { leaseMs: 10_000, now: Date.now() });
    expect(claim?.deliveries).toHaveLength(1);
    expect([...pooler.parameters]).not.toContain("statement_timeout");

    const begins: string[] = [];
    let outside = 0;
    const watched = watchedPool(pool, (text, _values, via) => {
      if (via === "query") outside += 1;
      else if (text.startsWith("BEGIN")) begins.push(text);
    });
    const { inbox, store } = createPostgres({ pool: watched, boss, schema, queue, pooler: true });
    await inbox.due({ now: Date.now(), limit: 1 });
    await store.nextSequence();
    expect(outside).toBe(0);
    expect(begins).toEqual([
      expect.stringContaining("SET LOCAL statement_timeout"),
      expect.stringContaining("SET LOCAL statement_timeout"),
    ]);
    await pool.end();
    await pooler.close();
  });

  it("prepare: true is a TypeError", () => {
    const { pool, boss } = database;
    expect(() => createPostgres({ pool, boss, prepare: true, pooler: true })).toThrow(TypeError);
  });
});
