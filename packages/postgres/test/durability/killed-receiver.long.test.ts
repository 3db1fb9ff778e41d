import { expect, it } from "vitest";
import { killReceivers } from "../support/kill-receivers.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

it("accept loses no acknowledged delivery when its process is killed, 300 times", async () => {
  const { acknowledged, stored, due, ...failures } = await killReceivers(database, 300);
  expect(failures).toEqual({ lost: 0, torn: 0 });
  expect(acknowledged).toBeGreaterThan(300);
  expect(due).toBe(stored);
}, 1_200_000);
