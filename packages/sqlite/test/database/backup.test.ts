import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqlite, type SqliteHandle } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { objectsElsewhere } from "../support/other-program.ts";
import { temporaryFile, temporaryFolder } from "../support/temporary-file.ts";

describe("backup", () => {
  it("copies the database while deliveries are accepted", async () => {
    const path = temporaryFile();
    const log: string[] = [];
    const error = (_: object, message: string) => void log.push(message);
    const sqlite = openSqlite(path, { logger: { info() {}, warn() {}, error } });
    onTestFinished(sqlite.close);
    const body = new Uint8Array(20_000);
    const before = Array.from({ length: 200 }, (_, index) => `before-${index}`);
    await Promise.all(before.map((id) => sqlite.inbox.accept(delivery(id, { body }))));
    const copy = join(temporaryFolder(), "copy.db");
    const copying = sqlite.backup(copy);
    for (let index = 0; index < 50; index += 1)
      await sqlite.inbox.accept(delivery(`during-${index}`, { body }));
    await copying;
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    expect(objectsElsewhere(copy).slice(0, 200)).toEqual(before);
    expect(objectsElsewhere(path)).toHaveLength(250);
    expect(log).toEqual([]);

    const restored = openSqlite(copy);
    expect(await restored.inbox.list({ limit: 200 })).toHaveLength(200);
    await restored.close();
  });

  it("works on a handle of another library", async () => {
    const database = new DatabaseSync(temporaryFile());
    onTestFinished(() => database.close());
    const handle: SqliteHandle = {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => database.prepare(sql),
    };
    const { inbox, backup, close } = openSqlite(handle);
    await inbox.accept(delivery("1"));
    const copy = temporaryFile();
    await backup(copy);
    expect(objectsElsewhere(copy)).toEqual(["1"]);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    await close();
  });

  it("writes over no existing file and leaves none behind when it fails", async () => {
    const path = temporaryFile();
    const { backup, close } = openSqlite(path);
    onTestFinished(close);
    const existing = readFileSync(new URL(import.meta.url), "utf8");
    const taken = { code: "ERR_STORE_OPEN", message: expect.stringContaining("new file") };
    await expect(backup(path)).rejects.toMatchObject(taken);
    await expect(backup(new URL(import.meta.url).pathname)).rejects.toMatchObject(taken);
    expect(readFileSync(new URL(import.meta.url), "utf8")).toBe(existing);
    const nowhere = join(temporaryFolder(), "nowhere", "copy.db");
    await expect(backup(nowhere)).rejects.toMatchObject(taken);
    expect(existsSync(nowhere)).toBe(false);
  });
});
