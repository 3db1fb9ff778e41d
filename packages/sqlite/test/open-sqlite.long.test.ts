import { DatabaseSync } from "node:sqlite";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { temporaryFile } from "./support/temporary-file.ts";

describe("openSqlite", () => {
  it("throws ERR_STORE_BUSY after seconds for a file that is being read in another journal mode", () => {
    const path = temporaryFile();
    const other = new DatabaseSync(path);
    other.exec("CREATE TABLE theirs (id INTEGER); BEGIN");
    other.prepare("SELECT * FROM theirs").all();
    const begun = performance.now();
    expect(() => openSqlite(path)).toThrow(expect.objectContaining({ code: "ERR_STORE_BUSY" }));
    expect(performance.now() - begun).toBeLessThan(15_000);
    other.close();
  }, 20_000);
});
