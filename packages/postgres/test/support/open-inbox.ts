import { createPostgres } from "@jobber-sync/postgres";
import type { OpenInbox } from "@jobber-sync/testing/contracts";
import { testDatabase } from "./test-database.ts";

/**
 * Creates a function that opens an empty inbox, and the same inbox as another process has it. With
 * `now`, the inbox uses this clock instead of the database's.
 */
export function inboxOpener({
  withoutBoss = false,
} = {}): (options: { readonly now?: () => number }) => Promise<OpenInbox> {
  const database = testDatabase();

  return async ({ now }) => {
    const options = {
      sweepMs: 200,
      pollMs: 100,
      ...(withoutBoss && { boss: undefined }),
      // Some rules accept thousands of deliveries at once.
      acceptTimeoutMs: 20_000,
      ...(now !== undefined && { clock: "caller" as const, now }),
    };
    const { inbox, store, schema, queue } = await database.openEmptied(options);
    const { pool, boss } = database;
    const another = createPostgres({ pool, boss, schema, queue, prepare: true, ...options });
    return { inbox, store, another, close: async () => {} };
  };
}
