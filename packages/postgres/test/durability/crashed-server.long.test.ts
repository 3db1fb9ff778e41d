import { afterAll, beforeAll, expect, it } from "vitest";
import { crashServer } from "../support/crash-server.ts";
import { type OwnServer, startOwnServer } from "../support/embedded-postgres.ts";

let server: OwnServer;
beforeAll(async () => {
  server = await startOwnServer();
}, 60_000);
afterAll(() => server.stop(), 60_000);

it("accept loses no acknowledged delivery over 6 server crashes under load", async () => {
  const report = await crashServer(server, { crashes: 6, worker: true });
  expect(report).toMatchObject({ lost: 0, withoutRecord: 0, undone: 0, improper: [] });
  expect(report.acknowledged).toBeGreaterThan(500);
  expect(report.rejected).toBeGreaterThan(6 * 20 - 1);
  expect(report.slowestMs).toBeLessThan(1000);
}, 180_000);

it("loses deliveries with synchronous_commit off, so the test above can fail", async () => {
  const { lost } = await crashServer(server, {
    crashes: 3,
    worker: false,
    connection: { options: "-c synchronous_commit=off" },
    options: { requireDurable: false },
  });
  expect(lost).toBeGreaterThan(0);
}, 120_000);
