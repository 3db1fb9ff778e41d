import { afterAll, beforeAll, expect, it } from "vitest";
import { START_MS, startTestDatabase, type TestDatabase } from "../open-postgres.ts";
import { killReceivers } from "./kill-receivers.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

it("loses nothing that a receiver answered 200 before it was killed, 300 times, and leaves nothing half done", async () => {
  const { answered, stored, due, ...failures } = await killReceivers(database, 300);
  expect(failures).toEqual({ lost: 0, torn: 0 });
  expect(answered).toBeGreaterThan(300);
  expect(due).toBe(stored);
}, 1_200_000);
