import { expect, it } from "vitest";
import { killReceivers } from "../support/kill-receivers.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

it("loses nothing that a receiver answered 200 before it was killed, 300 times, and leaves nothing half done", async () => {
  const { answered, stored, due, ...failures } = await killReceivers(database, 300);
  expect(failures).toEqual({ lost: 0, torn: 0 });
  expect(answered).toBeGreaterThan(300);
  expect(due).toBe(stored);
}, 1_200_000);
