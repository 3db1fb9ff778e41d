import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "@jobber-sync/sqlite";
import { recordEraserContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";

recordEraserContract({
  describe,
  it,
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
