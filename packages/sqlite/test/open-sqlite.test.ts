import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ErrorCode } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { sampleDelivery } from "./sample-delivery.ts";
import { temporaryFile } from "./temporary-file.ts";

describe("openSqlite", () => {
  it("makes the file and the tables, and finds everything again when it is opened anew", async () => {
    const path = temporaryFile();
    const first = openSqlite(path);
    const { sequence } = await first.inbox.accept(sampleDelivery("1"));
    await first.close();
    const second = openSqlite({ path });
    expect((await second.inbox.list({})).map((row) => row.sequence)).toEqual([sequence]);
    expect(await second.store.nextSequence()).toBeGreaterThan(sequence);
    await second.close();
  });

  it("works in memory", async () => {
    const { store, close } = openSqlite(":memory:");
    expect(await store.nextSequence()).toBe(1);
    await close();
  });

  it("sets a write-ahead log and a flush with every commit, and waits only briefly for locks", async () => {
    const handle = new DatabaseSync(temporaryFile());
    handle.exec("PRAGMA synchronous = OFF; PRAGMA busy_timeout = 5000");
    const { close } = openSqlite(handle);
    expect(handle.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(handle.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 2 });
    expect(handle.prepare("PRAGMA busy_timeout").get()).toEqual({ timeout: 300 });
    await close();
    handle.close();
  });

  it("leaves a handle that was passed in open", async () => {
    const handle = new DatabaseSync(temporaryFile());
    const { inbox, close } = openSqlite(handle);
    await inbox.accept(sampleDelivery("1"));
    await close();
    expect(handle.prepare("SELECT count(*) AS rows FROM jobber_deliveries").get()).toEqual({ rows: 1 });
    handle.close();
  });

  it("refuses a handle whose commits are not flushed and that cannot be mended", () => {
    const handle = new DatabaseSync(temporaryFile());
    handle.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; BEGIN");
    expectCode(() => openSqlite(handle), "ERR_STORE_SETTINGS", /synchronous is 1, below FULL/);
    handle.close();
  });

  it("names a folder that does not exist", () => {
    const path = join(dirname(temporaryFile()), "nowhere", "jobber.db");
    expectCode(() => openSqlite(path), "ERR_STORE_OPEN", /the folder .*nowhere does not exist/);
  });

  it("names a path that is a folder", () => {
    expectCode(() => openSqlite(dirname(temporaryFile())), "ERR_STORE_OPEN", /is a folder/);
  });

  it("names a file that is no database", () => {
    const path = temporaryFile();
    writeFileSync(path, "something else entirely, long enough to have a header of its own".repeat(20));
    expectCode(() => openSqlite(path), "ERR_STORE_OPEN", /is no SQLite database/);
  });

  // Root may write anywhere.
  if (process.getuid?.() !== 0) {
    it("names a folder that cannot be written to", () => {
      const folder = join(dirname(temporaryFile()), "locked");
      mkdirSync(folder);
      chmodSync(folder, 0o500);
      expectCode(() => openSqlite(join(folder, "jobber.db")), "ERR_STORE_OPEN", /cannot be written to/);
    });
  }

  it("refuses a handle that only reads", () => {
    const path = temporaryFile();
    new DatabaseSync(path).exec("CREATE TABLE theirs (id INTEGER)");
    const handle = new DatabaseSync(path, { readOnly: true });
    expectCode(() => openSqlite(handle), /ERR_STORE_(OPEN|SETTINGS)/);
    handle.close();
  });

  it("refuses options that make no sense", () => {
    const path = temporaryFile();
    for (const busyMs of [-1, 301, Number.NaN, "300" as unknown as number]) {
      expect(() => openSqlite(path, { busyMs })).toThrow(TypeError);
    }
    for (const pollMs of [0, -5, Number.POSITIVE_INFINITY, "1" as unknown as number]) {
      expect(() => openSqlite(path, { pollMs })).toThrow(TypeError);
    }
    for (const database of ["", null, undefined, 7, {}, { exec() {} }]) {
      expect(() => openSqlite(database as unknown as string)).toThrow(TypeError);
    }
  });

  it("refuses writes after it was closed, and closes as often as it is told", async () => {
    const { store, inbox, close } = openSqlite(temporaryFile());
    const last = inbox.accept(sampleDelivery("1"));
    await Promise.all([close(), close()]);
    await close();
    await expect(last).resolves.toMatchObject({ outcome: "accepted" });
    await expect(store.nextSequence()).rejects.toMatchObject({ code: "ERR_STORE" });
  });

  it("ends listening when it is closed", async () => {
    const { inbox, close } = openSqlite(temporaryFile());
    const listening = inbox.listen(async () => {}, {
      concurrency: 1,
      signal: new AbortController().signal,
      onError(error) {
        throw error;
      },
    });
    await close();
    await listening;
  });
});

function expectCode(open: () => unknown, code: ErrorCode | RegExp, message = /./): void {
  let caught: unknown;
  try {
    open();
  } catch (error) {
    caught = error;
  }
  expect(caught).toMatchObject({
    name: "JobberSyncError",
    code: typeof code === "string" ? code : expect.stringMatching(code),
    message: expect.stringMatching(message),
  });
}
