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
  expect(report.acknowledged).toBeGreaterThan(1000);
  expect(report.rejected).toBeGreaterThan(6 * 30);
  expect(report.slowestMs).toBeLessThan(1000);
}, 180_000);
