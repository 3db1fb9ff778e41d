import { createPostgres } from "@jobber-sync/postgres";
import { inboxContract } from "@jobber-sync/testing";
import { afterAll, beforeAll, describe, it, vi } from "vitest";
import { START_MS, startTestDatabase, type TestDatabase } from "../open-postgres.ts";

// Every test talks to a real server, on a machine that may be busy.
vi.setConfig({ testTimeout: 30_000 });

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

inboxContract({
  describe,
  it,
  async open() {
    // The contract is about what is done, and some of its rules bring thousands of deliveries at once.
    const patience = { sweepMs: 200, acceptTimeoutMs: 20_000 };
    const { inbox, store, schema, queue } = await database.openEmptied(patience);
    const another = createPostgres({
      pool: database.pool,
      boss: database.boss,
      schema,
      queue,
      prepare: true,
      ...patience,
    });
    return { inbox, store, another, close: async () => {} };
  },
});
