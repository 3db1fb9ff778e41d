import { expect, it } from "vitest";
import { killReceivers } from "../support/kill-receivers.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

it("loses nothing that a receiver answered 200 before it was killed, 30 times, and leaves nothing half done", async () => {
  const { answered, stored, due, ...failures } = await killReceivers(database, 30);
  expect(failures).toEqual({ lost: 0, torn: 0 });
  expect(answered).toBeGreaterThan(30);
  expect(due).toBe(stored);
}, 120_000);

it("would notification: a receiver that answers before it has stored is found out within 5 kills", async () => {
  expect((await killReceivers(database, 5, "early")).lost).toBeGreaterThan(0);
}, 60_000);
