import { openSqlite } from "@jobber-sync/sqlite";
import type { OpenFeed } from "@jobber-sync/testing/contracts";

/** Opens store and feed in memory. */
export function openFeed({ now }: { readonly now: () => number }): OpenFeed {
  return openSqlite(":memory:", { now, pollMs: 20 });
}
