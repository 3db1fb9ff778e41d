import { cpSync, existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Logger } from "@jobber-sync/core";
import { openSqlite, type Sqlite, type SqliteOptions } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { objectsElsewhere } from "../support/other-program.ts";
import { temporaryFile, temporaryFolder } from "../support/temporary-file.ts";

/** Only Linux shows which locks a process holds. */
const seesLocks = existsSync("/proc/self/fdinfo");

/** Uses of the files inside this process after which POSIX has dropped SQLite's locks. */
const OPENS: readonly [string, (path: string) => void][] = [
  ["reads the file", (path) => void readFileSync(path)],
  ["reads the index of the log", (path) => void readFileSync(`${path}-shm`)],
  ["copies the folder", (path) => cpSync(dirname(path), temporaryFolder(), { recursive: true })],
];

describe("locks that this process drops", () => {
  it.each(OPENS)("lose no acknowledged delivery when it %s", async (_, open) => {
    const { path, acceptAll, acknowledged } = start();
    await acceptAll(10);
    open(path);
    expect(objectsElsewhere(path)).toEqual(acknowledged);
    await acceptAll(10);
    expect(objectsElsewhere(path)).toEqual(acknowledged);
    expect(acknowledged.length).toBeGreaterThanOrEqual(10);
  });

  it.runIf(seesLocks)("are taken again before the next write, and logged once", async () => {
    const { path, acceptAll, acknowledged, log } = start();
    await acceptAll(10);
    readFileSync(path);
    await acceptAll(10);
    expect(acknowledged).toHaveLength(20);
    objectsElsewhere(path);
    await acceptAll(10);
    expect(acknowledged).toHaveLength(30);
    expect(objectsElsewhere(path)).toEqual(acknowledged);
    expect(log).toEqual([expect.stringContaining("changed under this process")]);
  });

  it("reject a write during which the log was removed, and only that one", async () => {
    const path = temporaryFile();
    let during = () => {};
    const now = () => {
      during();
      return Date.now();
    };
    const { sqlite } = start(path, { now });
    await sqlite.inbox.accept(delivery("before"));
    // A lease reads the clock inside its transaction.
    during = () => {
      readFileSync(path);
      objectsElsewhere(path);
    };
    await expect(sqlite.lease.acquire("acme", "a", 1000)).rejects.toMatchObject({
      code: "ERR_STORE",
      status: 503,
      retryable: true,
    });
    during = () => {};
    expect(await sqlite.lease.acquire("acme", "a", 1000)).toBe(true);
    await sqlite.inbox.accept(delivery("after"));
    expect(objectsElsewhere(path)).toEqual(["before", "after"]);
  });

  it.runIf(seesLocks)("are taken again by every handle of this process", async () => {
    const path = temporaryFile();
    const first = start(path);
    const second = start(path);
    await first.acceptAll(5);
    await second.acceptAll(5);
    readFileSync(path);
    objectsElsewhere(path);
    await second.acceptAll(5);
    await first.acceptAll(5);
    const all = [...first.acknowledged, ...second.acknowledged];
    expect(all).toHaveLength(20);
    objectsElsewhere(path);
    expect(objectsElsewhere(path).toSorted()).toEqual(all.toSorted());
  });

  it.runIf(seesLocks)("are taken again on a handle that was passed in", async () => {
    const path = temporaryFile();
    const handle = new DatabaseSync(path);
    onTestFinished(() => handle.close());
    const { acceptAll, acknowledged } = start(path, {}, handle);
    await acceptAll(5);
    readFileSync(path);
    objectsElsewhere(path);
    await acceptAll(5);
    expect(acknowledged).toHaveLength(10);
    objectsElsewhere(path);
    expect(objectsElsewhere(path)).toEqual(acknowledged);
  });
});

describe("file under a running process", () => {
  it.each<[string, (path: string) => void, readonly string[]]>([
    ["removed", (path) => rmSync(path), []],
    ["removed with its log", removeAll, []],
    ["renamed", (path) => renameSync(path, `${path}.old`), []],
    ["replaced", (path) => renameSync(otherDatabase(), path), ["other"]],
  ])("that is %s receives all deliveries acknowledged from then on", async (_, change, kept) => {
    const { path, acceptAll, acknowledged, sqlite, log } = start();
    await acceptAll(10);
    change(path);
    acknowledged.length = 0;
    await acceptAll(10);
    await acceptAll(10);
    expect(acknowledged.length).toBeGreaterThanOrEqual(10);
    expect(objectsElsewhere(path)).toEqual([...kept, ...acknowledged]);
    expect(log).toHaveLength(1);
    expect(await sqlite.inbox.list({ limit: 1000 })).toHaveLength(
      kept.length + acknowledged.length,
    );
  });

  it("keeps what was acknowledged before it was renamed", async () => {
    const { path, acceptAll, acknowledged } = start();
    await acceptAll(10);
    const before = [...acknowledged];
    renameSync(path, `${path}.old`);
    await acceptAll(1);
    expect(objectsElsewhere(`${path}.old`)).toEqual(before);
  });

  it("loses nothing when only its log is removed", async () => {
    const { path, acceptAll, acknowledged } = start();
    await acceptAll(10);
    rmSync(`${path}-wal`);
    await acceptAll(10);
    expect(acknowledged).toHaveLength(20);
    expect(objectsElsewhere(path)).toEqual(acknowledged);
  });

  it("is noticed by a process that only looks for work", async () => {
    const { path, acceptAll, sqlite } = start();
    await acceptAll(1);
    removeAll(path);
    const other = start(path);
    await other.acceptAll(1);
    await vi.waitFor(async () =>
      expect(await sqlite.inbox.due({ now: Date.now(), limit: 10 })).toMatchObject([
        { objectId: other.acknowledged[0] },
      ]),
    );
  });

  it("rejects writes while it cannot be opened again, then continues", async () => {
    const { path, sqlite, acceptAll, acknowledged } = start();
    await acceptAll(1);
    const folder = dirname(path);
    renameSync(folder, `${folder}-away`);
    onTestFinished(() => rmSync(`${folder}-away`, { recursive: true, force: true }));
    await expect(sqlite.inbox.accept(delivery("lost"))).rejects.toMatchObject({
      code: "ERR_STORE_OPEN",
    });
    renameSync(`${folder}-away`, folder);
    await acceptAll(1);
    expect(objectsElsewhere(path)).toEqual(acknowledged);
  });

  it("rejects writes on a handle that was passed in, naming the reason", async () => {
    const path = temporaryFile();
    const handle = new DatabaseSync(path);
    onTestFinished(() => handle.close());
    const { sqlite } = start(path, {}, handle);
    removeAll(path);
    await expect(sqlite.inbox.accept(delivery("1"))).rejects.toMatchObject({
      code: "ERR_STORE",
      message: expect.stringMatching(/passed in.*the file was removed.*pass the path/),
    });
  });
});

describe("files whose identity is not stable", () => {
  it("are logged once and no longer checked", async () => {
    let inode = 0;
    vi.resetModules();
    vi.doMock("../../src/database/file-identity.ts", async (original) => ({
      ...(await original<object>()),
      readIdentity: () => {
        inode += 1;
        return { file: String(inode), log: "none" };
      },
    }));
    onTestFinished(() => {
      vi.doUnmock("../../src/database/file-identity.ts");
      vi.resetModules();
    });
    const { openSqlite: openUnstable } = await import("@jobber-sync/sqlite");
    const log: string[] = [];
    const path = temporaryFile();
    const { inbox, close } = openUnstable(path, { logger: loggerTo(log) });
    onTestFinished(close);
    for (const id of ["1", "2", "3"]) await inbox.accept(delivery(id));
    expect(objectsElsewhere(path)).toEqual(["1", "2", "3"]);
    expect(log).toEqual([
      expect.stringContaining("changed under this process"),
      expect.stringContaining("no longer checked"),
    ]);
  });
});

function start(path = temporaryFile(), options: SqliteOptions = {}, handle?: DatabaseSync) {
  const log: string[] = [];
  const sqlite: Sqlite = openSqlite(handle ?? path, { ...options, logger: loggerTo(log) });
  onTestFinished(sqlite.close);
  const acknowledged: string[] = [];
  const name = Math.random().toString(36).slice(2);
  let count = 0;
  return {
    path,
    sqlite,
    log,
    acknowledged,
    /** Accepts deliveries one after the other and notes those that did not fail. */
    async acceptAll(number: number) {
      for (let index = 0; index < number; index += 1) {
        count += 1;
        const id = `${name}-${count}`;
        await sqlite.inbox.accept(delivery(id, { receivedAt: Date.now() })).then(
          () => acknowledged.push(id),
          () => {},
        );
      }
    },
  };
}

function loggerTo(log: string[]): Logger {
  const write = (_: object, message: string) => void log.push(message);
  return { info: write, warn: write, error: write };
}

function removeAll(path: string): void {
  for (const suffix of ["", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

/** Creates a database with one delivery. @returns its path */
function otherDatabase(): string {
  const path = join(temporaryFolder(), "other.db");
  const handle = new DatabaseSync(path);
  const { close } = openSqlite(handle);
  handle.exec(`INSERT INTO jobber_deliveries (sequence, tenant, object_type, object_id, delivery_key, state, due_at,
    received_at, started_at) VALUES (1, 'acme', 'job', 'other', 'key', 'done', 0, 0, 0);
    UPDATE jobber_sequence SET value = 1`);
  void close();
  handle.close();
  return path;
}
