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
