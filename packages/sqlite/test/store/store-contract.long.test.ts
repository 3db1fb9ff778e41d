import { rmSync } from "node:fs";
import { openSqlite } from "@jobber-sync/sqlite";
import { checkStoreHistories } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { temporaryFile } from "../support/temporary-file.ts";

describe("SQLite store", () => {
  it("ends in the right records after each of 200000 more histories", async () => {
    const path = temporaryFile();
    await checkStoreHistories(
      () => {
        for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
        return openSqlite(path);
      },
      { histories: 200_000, seed: 1_000_000 },
    );
  }, 1_800_000);
});
