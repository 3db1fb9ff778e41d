import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { START_MS, startTestDatabase, type TestDatabase } from "../open-postgres.ts";
import { killReceivers } from "./kill-receivers.ts";

// Every test talks to a real server, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

it("loses nothing that a receiver answered 200 before it was killed, 30 times", async () => {
  await expect(killReceivers(database, 30)).resolves.toBeUndefined();
}, 120_000);
