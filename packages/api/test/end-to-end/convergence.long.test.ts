import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTestServer } from "../../../postgres/test/support/embedded-postgres.ts";
import type { BackendSettings } from "../support/open-backend.ts";
import { runConvergence } from "../support/run-convergence.ts";
import { serveExpress, serveFastify } from "../support/serve.ts";

async function sqlite(): Promise<BackendSettings> {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-convergence-"));
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
] as const)("1,000 objects, 5,000 changes: %s", (_, serve, open) => {
  it.each([
    ["replicas 0–2 s behind", 2000, 2.2],
    ["replicas that do not lag", 0, 1.7],
  ])(
    "ends with 0 differences, with %s",
    async (_name, replicaLagMs, mostFetches) => {
      const report = await runConvergence({
        backend: await open(),
        serve,
        objects: 1000,
        pairs: 2500,
        everyMs: 400,
        replicaLagMs,
        speed: 4,
      });
      console.info(JSON.stringify({ ...report, differences: report.differences.length }));
      expect(report).toMatchObject({ differences: [], staleSubmissions: 0, notDone: 0 });
      expect(report.fetchesPerBurst).toBeLessThanOrEqual(mostFetches);
      expect(report.p50Ms).toBeLessThanOrEqual(2500);
    },
    20 * 60_000,
  );
});
