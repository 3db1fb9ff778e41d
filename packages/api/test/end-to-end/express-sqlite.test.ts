import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runBusyAccount } from "../support/run-busy-account.ts";
import { runConvergence } from "../support/run-convergence.ts";
import { serveExpress } from "../support/serve.ts";

function sqliteFile() {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-end-to-end-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { kind: "sqlite", path: join(folder, "jobber.db") } as const;
}

it("Express, SQLite and two worker processes keep records equal to Jobber's despite disorder", async () => {
  const report = await runBusyAccount({
    backend: sqliteFile(),
    serve: serveExpress,
    objects: 40,
    mutations: 300,
    workers: 2,
    seed: 11,
  });
  expect(report).toMatchObject({
    differences: [],
    notDone: 0,
    givenUp: 0,
    throttled: 0,
    tooManyRequests: 0,
  });
  // Processes that share a database wait for each other; a run that waits too long is retried.
  expect(Object.keys(report.errors).filter((code) => code !== "ERR_STORE_BUSY")).toEqual([]);
  // Deliveries that wait for a fetch together share it.
  expect(report.fetches).toBeLessThanOrEqual(report.deliveries + report.retries);
}, 300_000);

it("Express and SQLite: records equal Jobber's 120 s after the last delivery, although replicas lag", async () => {
  const report = await runConvergence({
    backend: sqliteFile(),
    serve: serveExpress,
    objects: 40,
    pairs: 12,
    everyMs: 1000,
    replicaLagMs: 2000,
    speed: 8,
  });
  expect(report).toMatchObject({ differences: [], staleSubmissions: 0, notDone: 0 });
}, 60_000);
