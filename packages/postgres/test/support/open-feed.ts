import type { OpenFeed } from "@jobber-sync/testing/contracts";
import { testDatabase } from "./test-database.ts";

/** Creates a function that opens store and feed, empty, with the caller's clock. */
export function feedOpener(): (options: { readonly now: () => number }) => Promise<OpenFeed> {
  const database = testDatabase();
  return async ({ now }) => {
    const opened = await database.openEmptied({ prepare: true, clock: "caller", now });
    return { store: opened.store, changes: opened.changes, close() {} };
  };
}
