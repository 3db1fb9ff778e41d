import { afterAll, beforeAll, expect, it } from "vitest";
import {
  startTestServer,
  type TestServer,
} from "../../../postgres/test/support/embedded-postgres.ts";
import { runBusyAccount } from "../support/run-busy-account.ts";
import { serveFastify } from "../support/serve.ts";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
}, 60_000);
afterAll(() => server.stop());

it("Fastify, Postgres and two worker processes: a reconcile repairs records after dropped deliveries", async () => {
  const report = await runBusyAccount({
    backend: { kind: "postgres", connectionString: server.connectionString },
    serve: serveFastify,
    objects: 40,
    mutations: 200,
    workers: 2,
    seed: 12,
    drop: 0.15,
  });
  expect(report).toMatchObject({ notDone: 0, givenUp: 0, throttled: 0, tooManyRequests: 0 });
  // Processes that share a database wait for each other; a run that waits too long is retried.
  expect(Object.keys(report.errors).filter((code) => code !== "ERR_STORE_BUSY")).toEqual([]);
  // A record that is gone when a late update is processed costs three: the fetch, its recheck and
  // a look at the account. The slower the machine, the more updates come after their delete; the
  // long test holds the bound of one fetch for runs that keep up.
  expect(report.fetches).toBeLessThanOrEqual(3 * report.deliveries + report.retries);
  expect(report.dropped).toBeGreaterThan(0);
  expect(report.reconciled.differences).toEqual([]);
}, 300_000);
