import { existsSync, readFileSync } from "node:fs";
import { openSqlite } from "@jobber-sync/sqlite";
import { erasureContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { temporaryFile } from "../support/temporary-file.ts";

erasureContract({
  describe,
  it,
  open() {
    const path = temporaryFile();
    const { inbox, store, changes, close } = openSqlite(path);
    return { inbox, store, changes, close, find: (texts) => texts.filter(occursIn(path)) };
  },
});

/** Returns a search of the file and of its log, free pages included. */
function occursIn(path: string): (text: string) => boolean {
  const files = [path, `${path}-wal`].filter((name) => existsSync(name));
  const bytes = Buffer.concat(files.map((name) => readFileSync(name)));
  return (text) => bytes.includes(text);
}
