import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTestServer } from "../../../postgres/test/support/embedded-postgres.ts";
import type { BackendSettings } from "../support/open-backend.ts";
import { type BusyRun, runBusyAccount } from "../support/run-busy-account.ts";
import { serveExpress, serveFastify } from "../support/serve.ts";

const FULL = { objects: 1000, mutations: 10_000, workers: 4 };
const MINUTES = 60_000;

async function sqlite(): Promise<BackendSettings> {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-end-to-end-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { kind: "sqlite", path: join(folder, "jobber.db") };
}

async function postgres(): Promise<BackendSettings> {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  return { kind: "postgres", connectionString: server.connectionString };
}

describe.each([
  ["Express and SQLite", serveExpress, sqlite],
  ["Fastify and Postgres", serveFastify, postgres],
] as const)("1,000 objects, 10,000 mutations, four worker processes: %s", (_, serve, open) => {
  async function run(options: Pick<BusyRun, "seed" | "replicaLagMs" | "drop">) {
    const report = await runBusyAccount({ ...FULL, ...options, serve, backend: await open() });
    console.info(JSON.stringify({ ...report, differences: report.differences.length }));
    expect(report).toMatchObject({ notDone: 0, throttled: 0, tooManyRequests: 0 });
    // Processes that share a database wait for each other; a run that waits too long is retried.
    expect(Object.keys(report.errors).filter((code) => code !== "ERR_STORE_BUSY")).toEqual([]);
    return report;
  }

  it(
    "ends with 0 differences and at most one fetch per delivery",
    async () => {
      const report = await run({ seed: 21 });
      expect(report.differences).toEqual([]);
      expect(report.fetches).toBeLessThanOrEqual(report.deliveries + report.retries);
    },
    20 * MINUTES,
  );

  it(
    "repairs by a reconcile what differs because replicas lag by up to 2 s",
    async () => {
      const report = await run({ seed: 22, replicaLagMs: 2000 });
      expect(report.reconciled.differences).toEqual([]);
    },
    20 * MINUTES,
  );

  it(
    "repairs by a reconcile what 2 % lost deliveries left behind",
    async () => {
      const report = await run({ seed: 23, drop: 0.02 });
      expect(report.reconciled.differences).toEqual([]);
    },
    20 * MINUTES,
  );
});

it(
  "Postgres, four worker processes: webhooks, backfill and reconciles at once end with 0 differences",
  async () => {
    const server = await startTestServer();
    onTestFinished(() => server.stop());
    const { connectionString } = server;
    const report = await runBusyAccount({
      ...FULL,
      mutations: 3000,
      seed: 24,
      serve: serveFastify,
      backend: { kind: "postgres", connectionString },
      reconciling: true,
    });
    const deadlocks = await countDeadlocks(connectionString);
    console.info(JSON.stringify({ ...report, differences: report.differences.length, deadlocks }));
    expect(report).toMatchObject({ differences: [], notDone: 0, throttled: 0 });
    expect(report.meanwhile.runs).toBeGreaterThan(1);
    expect(report.meanwhile.failures).toEqual([]);
    expect(Object.keys(report.errors).filter((code) => code !== "ERR_STORE_BUSY")).toEqual([]);
    expect(deadlocks).toBe(0);
  },
  20 * MINUTES,
);

async function countDeadlocks(connectionString: string): Promise<number> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  const sql = "SELECT sum(deadlocks)::int AS deadlocks FROM pg_stat_database";
  const { rows } = await client.query(sql);
  await client.end();
  return rows[0].deadlocks;
}
