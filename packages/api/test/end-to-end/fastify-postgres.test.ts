import { afterAll, beforeAll, expect, it } from "vitest";
import {
  startTestServer,
  type TestServer,
} from "../../../postgres/test/support/embedded-postgres.ts";
import { runBusyAccount } from "../support/run-busy-account.ts";
import { runConvergence } from "../support/run-convergence.ts";
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
  // Deliveries that wait for a fetch together share it.
  expect(report.fetches).toBeLessThanOrEqual(report.deliveries + report.retries);
  expect(report.dropped).toBeGreaterThan(0);
  expect(report.reconciled.differences).toEqual([]);
}, 300_000);

it("Fastify and Postgres: records equal Jobber's 120 s after the last delivery, although replicas lag", async () => {
  const report = await runConvergence({
    backend: { kind: "postgres", connectionString: server.connectionString },
    serve: serveFastify,
    objects: 40,
    pairs: 12,
    everyMs: 1000,
    replicaLagMs: 2000,
    speed: 8,
  });
  expect(report).toMatchObject({ differences: [], staleSubmissions: 0, notDone: 0 });
}, 60_000);
