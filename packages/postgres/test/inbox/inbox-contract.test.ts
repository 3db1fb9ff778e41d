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
    const { inbox, store, schema, queue } = await database.open({ sweepMs: 200 });
    const another = createPostgres({
      pool: database.pool,
      boss: database.boss,
      schema,
      queue,
      prepare: true,
    });
    return { inbox, store, another, close: async () => {} };
  },
});
