import { expect, it } from "vitest";
import { killReceivers } from "../support/kill-receivers.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

it("accept loses no acknowledged delivery when its process is killed, and leaves no row without its wake-up", async () => {
  const { acknowledged, stored, due, ...failures } = await killReceivers(database, 3);
  expect(failures).toEqual({ lost: 0, torn: 0 });
  expect(acknowledged).toBeGreaterThan(3);
  expect(due).toBe(stored);
}, 120_000);

it("loses deliveries if the receiver responds before it stores them, so the test above can fail", async () => {
  expect((await killReceivers(database, 2, "early")).lost).toBeGreaterThan(0);
}, 60_000);
