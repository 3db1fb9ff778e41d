import { syncStoreContract } from "@jobber-sync/testing";
import { afterAll, beforeAll, describe, it } from "vitest";
import { startTestDatabase, type TestDatabase } from "../open-postgres.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
});
afterAll(() => database.stop());

syncStoreContract({
  describe,
  it,
  histories: 300,
  async open() {
    const { store } = await database.open({ prepare: true });
    return { store, close: () => {} };
  },
});
