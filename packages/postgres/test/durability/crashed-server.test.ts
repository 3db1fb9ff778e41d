import { expect, it } from "vitest";
import { crashServer } from "../support/crash-server.ts";

it("loses nothing that was acknowledged when PostgreSQL is crashed under load, 6 times, rejects the rest in time, and works on all of it", async () => {
  const report = await crashServer({ crashes: 6, worker: true });
  expect(report).toMatchObject({ lost: 0, withoutRecord: 0, undone: 0, improper: [] });
  expect(report.acknowledged).toBeGreaterThan(1000);
  expect(report.rejected).toBeGreaterThan(6 * 30);
  expect(report.slowestMs).toBeLessThan(1000);
}, 180_000);

it("would notification: with synchronous_commit off the same crash loses deliveries", async () => {
  const { lost } = await crashServer({
    crashes: 3,
    worker: false,
    connection: { options: "-c synchronous_commit=off" },
    options: { requireDurable: false },
  });
  expect(lost).toBeGreaterThan(0);
}, 120_000);
