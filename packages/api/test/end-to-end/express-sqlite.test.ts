import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { runBusyAccount } from "../support/run-busy-account.ts";
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
  // A record that is gone when a late update is processed costs three: the fetch, its recheck and
  // a look at the account. The slower the machine, the more updates come after their delete; the
  // long test holds the bound of one fetch for runs that keep up.
  expect(report.fetches).toBeLessThanOrEqual(3 * report.deliveries + report.retries);
}, 300_000);
