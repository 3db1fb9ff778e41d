import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "@jobber-sync/sqlite";
import { syncStoreContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

syncStoreContract({
  describe,
  it,
  // A file instead of :memory:, so that settings, log and locks are the real ones.
  histories: 3_000,
  open() {
    const folder = mkdtempSync(join(tmpdir(), "jobber-sync-sqlite-"));
    const { store, close } = openSqlite(join(folder, "jobber.db"));
    return {
      store,
      async close() {
        await close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});
