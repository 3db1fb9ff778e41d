import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "@jobber-sync/sqlite";
import type { OpenInbox } from "@jobber-sync/testing/contracts";

/** Options of {@link openInbox}. */
export interface OpenInboxOptions {
  readonly now?: () => number;
  /** The folder for the database's own folder. @default the system's temporary folder */
  readonly parent?: string;
}

/**
 * Opens an inbox in a new file, and once more: to SQLite a second connection is another process.
 */
export function openInbox({ now, parent = tmpdir() }: OpenInboxOptions = {}): OpenInbox {
  const folder = mkdtempSync(join(parent, "jobber-sync-sqlite-"));
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
