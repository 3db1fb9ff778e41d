import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite, type Sqlite } from "@jobber-sync/sqlite";
import {
  cursorStoreContract,
  leaseContract,
  type Opened,
  tokenStoreContract,
} from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

/** One file under two handles, as two processes would have it. */
function open<T>(pick: (sqlite: Sqlite) => T): Opened<T> {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-tokens-"));
  const first = openSqlite(join(folder, "jobber.db"));
  const second = openSqlite(join(folder, "jobber.db"));
  return {
    subject: pick(first),
    another: pick(second),
    async close() {
      await Promise.all([first.close(), second.close()]);
      rmSync(folder, { recursive: true });
    },
  };
}

tokenStoreContract({ describe, it, open: () => open(({ tokens }) => tokens) });
leaseContract({ describe, it, open: () => open(({ lease }) => lease) });
cursorStoreContract({ describe, it, open: () => open(({ cursors }) => cursors) });
