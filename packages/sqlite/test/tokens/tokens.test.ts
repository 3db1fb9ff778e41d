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
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFile } from "../support/temporary-file.ts";

const TTL_MS = 30_000;

/** Opens one file twice. To SQLite the second connection is another process. */
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

describe("lease after the clock was set back", () => {
  it("holds after a small correction and expires after one longer than itself", async () => {
    let now = 1_769_335_300_000;
    const { lease, close } = openSqlite(temporaryFile(), { now: () => now });
    onTestFinished(close);
    expect(await lease.acquire("acme", "a", TTL_MS)).toBe(true);
    now -= 1000;
    expect(await lease.acquire("acme", "b", TTL_MS)).toBe(false);
    // The length of the requested lease does not matter.
    expect(await lease.acquire("acme", "b", 10)).toBe(false);
    now -= 3_600_000;
    expect(await lease.acquire("acme", "b", TTL_MS)).toBe(true);
    expect(await lease.acquire("acme", "a", TTL_MS)).toBe(false);
  });
});
