import { createPostgres } from "@jobber-sync/postgres";
import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

inboxContract({
  describe,
  it,
  async open() {
    // The contract is about what is done, and some of its rules bring thousands of deliveries at once.
    const timings = { sweepMs: 200, acceptTimeoutMs: 20_000 };
    const { inbox, store, schema, queue } = await database.openEmptied(timings);
    const another = createPostgres({
      pool: database.pool,
      boss: database.boss,
      schema,
      queue,
      prepare: true,
      ...timings,
    });
    return { inbox, store, another, close: async () => {} };
  },
});
