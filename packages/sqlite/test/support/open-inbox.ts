import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "@jobber-sync/sqlite";
import type { OpenInbox } from "@jobber-sync/testing/contracts";

/**
 * Opens an inbox in a new file, and once more: to SQLite a second connection is another process.
 */
export function openInbox({ now }: { readonly now?: () => number } = {}): OpenInbox {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-sqlite-"));
  const path = join(folder, "jobber.db");
  const first = openSqlite(path, { pollMs: 50, now });
  const second = openSqlite(path, { pollMs: 50, now });
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
}
