import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import type { ErrorCode } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { delivery } from "./support/deliveries.ts";
import { temporaryFile, temporaryFolder } from "./support/temporary-file.ts";

/** A user without any rights, on Linux. */
const UNPRIVILEGED = 65_534;

describe("openSqlite", () => {
  it("creates the file and its tables, and finds all rows again when reopened", async () => {
    const path = temporaryFile();
    const first = openSqlite(path);
    const { sequence } = await first.inbox.accept(delivery("1"));
    await first.close();
    const second = openSqlite({ path });
    expect((await second.inbox.list({})).map((row) => row.sequence)).toEqual([sequence]);
    expect(await second.store.nextSequence()).toBeGreaterThan(sequence);
    await second.close();
  });

  it("creates files that only their owner may read", async () => {
    const path = temporaryFile();
    const { inbox, close } = openSqlite(path);
    await inbox.accept(delivery("1"));
    for (const suffix of ["", "-wal", "-shm"])
      expect(statSync(`${path}${suffix}`).mode & 0o777).toBe(0o600);
    await close();
  });

  it("leaves the mode of an existing file", async () => {
    const path = temporaryFile();
    writeFileSync(path, "", { mode: 0o640 });
    chmodSync(path, 0o640);
    await openSqlite(path).close();
    expect(statSync(path).mode & 0o777).toBe(0o640);
  });

  it.each([
    ["BigInts", { readBigInts: true }],
    ["arrays", { returnArrays: true }],
  ])("works on a handle that returns %s by default", async (_, modes) => {
    const path = temporaryFile();
    const handle = new DatabaseSync(path, modes);
    const { inbox, store, close } = openSqlite(handle);
    const { sequence } = await inbox.accept(delivery("1"));
    const now = Date.now();
    expect(await inbox.due({ now, limit: 1 })).toMatchObject([{ objectId: "1" }]);
    const claim = await inbox.claim(
      { tenant: "acme", objectType: "job", objectId: "1" },
      { leaseMs: 1000, now },
    );
    expect(claim?.deliveries).toMatchObject([{ sequence, attempts: 0 }]);
    expect(await store.nextSequence()).toBe(sequence + 1);
    await close();
    handle.close();
  });

  it.each([
    ["integers as bigint", { one: 1n }],
    ["rows as arrays", [1]],
  ])("rejects a handle of another library that returns %s", (problem, row) => {
    const statement = { run() {}, get: () => row, all: () => [row] };
    const handle = { exec() {}, prepare: () => statement };
    expectCode(() => openSqlite(handle), "ERR_STORE_SETTINGS", new RegExp(problem));
  });

  it("opens a database in memory", async () => {
    const { store, close } = openSqlite(":memory:");
    expect(await store.nextSequence()).toBe(1);
    await close();
  });

  it("sets the write-ahead log, a flush with every commit, and a short lock timeout", async () => {
    const handle = new DatabaseSync(temporaryFile());
    handle.exec("PRAGMA synchronous = EXTRA; PRAGMA busy_timeout = 5000");
    const { close } = openSqlite(handle);
    expect(handle.prepare("PRAGMA journal_mode").get()).toEqual({ journal_mode: "wal" });
    expect(handle.prepare("PRAGMA synchronous").get()).toEqual({ synchronous: 3 });
    expect(handle.prepare("PRAGMA busy_timeout").get()).toEqual({ timeout: 5 });
    await close();
    handle.close();
  });

  it("leaves a handle that was passed in open", async () => {
    const handle = new DatabaseSync(temporaryFile());
    const { inbox, close } = openSqlite(handle);
    await inbox.accept(delivery("1"));
    await close();
    expect(handle.prepare("SELECT count(*) AS rows FROM jobber_deliveries").get()).toEqual({
      rows: 1,
    });
    handle.close();
  });

  it.each(["OFF", "NORMAL"])(
    "rejects a handle with synchronous = %s and names the fix",
    (synchronous) => {
      const handle = new DatabaseSync(temporaryFile());
      handle.exec(`PRAGMA synchronous = ${synchronous}`);
      const fix = /below FULL.*Run PRAGMA synchronous = FULL on the handle first/;
      expectCode(() => openSqlite(handle), "ERR_STORE_SETTINGS", fix);
      handle.exec("PRAGMA synchronous = FULL");
      expect(() => openSqlite(handle)).not.toThrow();
      handle.close();
    },
  );

  it("names a folder that does not exist", () => {
    const path = join(dirname(temporaryFile()), "nowhere", "jobber.db");
    expectCode(() => openSqlite(path), "ERR_STORE_OPEN", /the folder .*nowhere does not exist/);
  });

  it("names a path that is a folder", () => {
    expectCode(() => openSqlite(dirname(temporaryFile())), "ERR_STORE_OPEN", /is a folder/);
  });

  // A folder that root may write to, but that takes no new files.
  if (existsSync("/proc/self")) {
    it("names a folder that cannot hold a file", () => {
      expectCode(() => openSqlite("/proc/jobber.db"), "ERR_STORE_OPEN", /the folder \/proc/);
    });
  }

  it("names a file that is not a database", () => {
    const path = temporaryFile();
    writeFileSync(
      path,
      "something else entirely, long enough to have a header of its own".repeat(20),
    );
    expectCode(() => openSqlite(path), "ERR_STORE_OPEN", /is not a SQLite database/);
  });

  const root = process.getuid?.() === 0;

  it.runIf(!root)("names a folder that cannot be written to", () => {
    const folder = join(temporaryFolder(), "locked");
    mkdirSync(folder, { mode: 0o500 });
    expectCode(
      () => openSqlite(join(folder, "jobber.db")),
      "ERR_STORE_OPEN",
      /cannot be written to/,
    );
  });

  // Root may write anywhere, so another user tries: where that one may read our sources, and the
  // program can be started by its open file.
  it.runIf(root && existsSync("/proc/self/exe") && isOpenToAll(import.meta.dirname))(
    "names a folder that this user cannot write to, or not even look into",
    () => {
      for (const mode of [0o755, 0o700]) {
        const folder = temporaryFolder();
        chmodSync(folder, mode);
        const program = fileURLToPath(new URL("./support/open-process.ts", import.meta.url));
        const { stdout } = spawnSync(
          "/proc/self/exe",
          ["--conditions=jobber-sync-source", program, join(folder, "jobber.db")],
          {
            uid: UNPRIVILEGED,
            gid: UNPRIVILEGED,
            cwd: "/",
            encoding: "utf8",
            stdio: ["ignore", "pipe", "inherit"],
          },
        );
        expect(JSON.parse(stdout)).toEqual({
          code: "ERR_STORE_OPEN",
          message: expect.stringContaining(`the folder ${folder} cannot be written to`),
        });
      }
    },
  );

  it("rejects a read-only handle", () => {
    const path = temporaryFile();
    new DatabaseSync(path).exec("CREATE TABLE theirs (id INTEGER)");
    const handle = new DatabaseSync(path, { readOnly: true });
    expectCode(() => openSqlite(handle), /ERR_STORE_(OPEN|SETTINGS)/);
    handle.close();
  });

  it("rejects options that cannot work", () => {
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

  it("rejects writes after close(), which may be called repeatedly", async () => {
    const { store, inbox, close } = openSqlite(temporaryFile());
    const last = inbox.accept(delivery("1"));
    await Promise.all([close(), close()]);
    await close();
    await expect(last).resolves.toMatchObject({ outcome: "accepted" });
    const closed = {
      code: "ERR_STORE",
      retryable: false,
      message: expect.stringContaining("closed"),
    };
    await expect(store.nextSequence()).rejects.toMatchObject(closed);
  });

  it("ends listening when the database closes", async () => {
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

/** Returns whether every user may read the contents of a folder. */
function isOpenToAll(folder: string): boolean {
  const parent = dirname(folder);
  return (statSync(folder).mode & 0o005) === 0o005 && (parent === folder || isOpenToAll(parent));
}

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
