import { chmodSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { temporaryFile } from "../support/temporary-file.ts";

describe("diagnose", () => {
  it("finds nothing wrong with a file that openSqlite created", async () => {
    const opened = openSqlite(temporaryFile());
    expect(await opened.diagnose()).toEqual([]);
    await opened.close();
  });

  it("names a handle whose program made commits less durable after it was passed in", async () => {
    const handle = new DatabaseSync(temporaryFile());
    handle.exec("PRAGMA synchronous = FULL");
    const opened = openSqlite(handle);
    handle.exec("PRAGMA synchronous = NORMAL");
    expect((await opened.diagnose()).map(({ check }) => check)).toContain("durability");
    await opened.close();
    handle.close();
  });

  it("names a file that other users may read", async () => {
    const path = temporaryFile();
    const opened = openSqlite(path);
    chmodSync(path, 0o644);
    expect(await opened.diagnose()).toEqual([
      { check: "rights", message: expect.stringContaining(path) },
    ]);
    await opened.close();
  });

  it("names an index that another program dropped", async () => {
    const path = temporaryFile();
    const opened = openSqlite(path);
    const other = new DatabaseSync(path);
    other.exec("DROP INDEX jobber_deliveries_by_state");
    other.close();
    expect(await opened.diagnose()).toEqual([
      { check: "schema", message: expect.stringContaining("jobber_deliveries_by_state") },
    ]);
    await opened.close();
  });
});
