import { syncStoreContract } from "@jobber-sync/testing";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { START_MS, startTestDatabase, type TestDatabase } from "../open-postgres.ts";

// Every test talks to a real server, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

syncStoreContract({
  describe,
  it,
  histories: 300,
  async open() {
    const { store } = await database.openEmptied({ prepare: true });
    return { store, close: () => {} };
  },
});
