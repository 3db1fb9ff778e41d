import { setTimeout as delay } from "node:timers/promises";
import { createWorker } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { crashServer } from "../support/crash-server.ts";
import { delivery, done } from "../support/deliveries.ts";
import { type OwnServer, startOwnServer } from "../support/embedded-postgres.ts";
import { openTestDatabase, type TestDatabase } from "../support/open-postgres.ts";
import { createSender, jobCreated, SILENT } from "../support/sender.ts";
import { until } from "../support/until.ts";
import { wakeUps } from "../support/wake-ups.ts";

vi.setConfig({ testTimeout: 120_000 });

/** Crashes after which the server may still have kept an unflushed claim, before the test fails. */
const ATTEMPTS = 8;

let server: OwnServer;
beforeAll(async () => {
  server = await startOwnServer();
}, 60_000);
afterAll(() => server.stop(), 60_000);

async function withDatabase(body: (database: TestDatabase) => Promise<void>): Promise<void> {
  const database = await openTestDatabase(server.connectionString);
  try {
    await body(database);
  } finally {
    await database.stop();
  }
}

describe("accept while the server crashes under load", () => {
  it("loses no acknowledged delivery, rejects the others in time, and the worker processes all", async () => {
    const report = await crashServer(server, { crashes: 1, worker: true });
    expect(report).toMatchObject({ lost: 0, withoutRecord: 0, undone: 0, improper: [] });
    expect(report.acknowledged).toBeGreaterThanOrEqual(160);
    expect(report.rejected).toBeGreaterThanOrEqual(20);
    expect(report.slowestMs).toBeLessThan(1000);
  });
});

describe("listen while the server is down", () => {
  it("ends within seconds, and so does a worker", async () => {
    await withDatabase(async (database) => {
      const { inbox, store } = await database.open();
      const stop = new AbortController();
      const errors: unknown[] = [];
      const listening = inbox.listen(async () => {}, {
        concurrency: 2,
        signal: stop.signal,
        onError: (error) => errors.push(error),
      });
      const worker = createWorker({ inbox, store, logger: SILENT });
      worker.start();
      await delay(300);
      await server.crash();
      await expect.poll(() => errors.length, { timeout: 10_000 }).toBeGreaterThan(0);
      const began = performance.now();
      stop.abort();
      await Promise.all([listening, worker.stop()]);
      expect(performance.now() - began).toBeLessThan(10_000);
      for (const error of errors)
        expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_STORE/) });
      await server.restart();
    });
  });

  it("continues by itself when the server is back", async () => {
    await withDatabase(async (database) => {
      const { inbox } = await database.open();
      const stop = new AbortController();
      const runs: string[] = [];
      const listening = inbox.listen(
        async (object) => {
          const claim = await inbox
            .claim(object, { leaseMs: 10_000, now: Date.now() })
            .catch(() => null);
          if (claim === null) return;
          await inbox.settle(claim, done(claim)).catch(() => {});
          runs.push(object.objectId);
        },
        { concurrency: 2, signal: stop.signal, onError: () => {} },
      );
      await inbox.accept(delivery("before"));
      await expect.poll(() => runs, { timeout: 10_000 }).toContain("before");
      await server.crash();
      await delay(500);
      await server.restart();
      const accepted = () =>
        inbox.accept(delivery("after")).then(
          () => true,
          () => false,
        );
      await expect.poll(accepted, { timeout: 10_000 }).toBe(true);
      await expect.poll(() => runs, { timeout: 15_000 }).toContain("after");
      stop.abort();
      await listening;
    });
  });
});

describe("a claim that a server crash undid after its wake-up was consumed", () => {
  it("runs again within 20 s", async () => {
    await withDatabase(async (database) => {
      // Commits that are not flushed at once stay unflushed for a while.
      await database.pool.query("ALTER SYSTEM SET wal_writer_delay = '10s'");
      await database.pool.query("SELECT pg_reload_conf()");
      // The sweep must not be what finds the row.
      const { inbox, store, schema, queue } = await database.open({ sweepMs: 3_600_000 });
      const stateOfLast = async () =>
        (
          await database.pool.query(
            `SELECT state FROM "${schema}".jobber_deliveries ORDER BY sequence DESC LIMIT 1`,
          )
        ).rows[0]?.state;
      const activeWakeUps = async () =>
        (
          await database.pool.query(
            `SELECT count(*)::int AS count FROM ${database.bossSchema}.job WHERE name = $1 AND state = 'active'`,
            [queue],
          )
        ).rows[0].count;
      let claims = 0;
      let lost = false;
      let crashedAt = 0;
      const crashing: Inbox["claim"] = async (object, options) => {
        if (claims > 0) {
          claims += 1;
          return inbox.claim(object, options);
        }
        await until(async () => (await wakeUps(database, queue)).count === 0);
        await until(async () => (await activeWakeUps()) === 0);
        const claim = await inbox.claim(object, options);
        if (claim === null) return null;
        claims = 1;
        await server.crash();
        crashedAt = performance.now();
        await server.restart();
        await until(async () => (await stateOfLast().catch(() => null)) !== null);
        lost = (await stateOfLast()) === "waiting";
        return claim;
      };
      const worker = createWorker({ inbox: { ...inbox, claim: crashing }, store, logger: SILENT });
      worker.start();
      const send = createSender(inbox);
      for (let attempt = 0; attempt < ATTEMPTS && !lost; attempt += 1) {
        claims = 0;
        expect((await send(jobCreated(String(attempt)))).status).toBe(200);
        await until(async () => claims > 0 && (await stateOfLast().catch(() => null)) === "done");
        expect(performance.now() - crashedAt).toBeLessThan(20_000);
      }
      expect(lost).toBe(true);
      expect(claims).toBeGreaterThan(1);
      expect(await store.jobs("acme")).toContainEqual(
        expect.objectContaining({ title: "Lawn Service" }),
      );
      await worker.stop();
    });
  });
});
