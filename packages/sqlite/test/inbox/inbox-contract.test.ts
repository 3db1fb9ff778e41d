import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "@jobber-sync/sqlite";
import { inboxContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

inboxContract({
  lanes: true,
  describe,
  it,
  open() {
    const folder = mkdtempSync(join(tmpdir(), "jobber-sync-sqlite-"));
    const path = join(folder, "jobber.db");
    const first = openSqlite(path, { pollMs: 50 });
    // To SQLite a second connection is another process.
    const second = openSqlite(path, { pollMs: 50 });
    return {
      inbox: first.inbox,
      store: first.store,
      another: { inbox: second.inbox },
      async close() {
        await first.close();
        await second.close();
        rmSync(folder, { recursive: true });
      },
    };
  },
});
