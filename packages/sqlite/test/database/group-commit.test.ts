import { DatabaseSync } from "node:sqlite";
import type { JobWrite, SubmissionWrite, SyncChange } from "@jobber-sync/core/ports";
import { openSqlite, type SqliteHandle } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { temporaryFile } from "../support/temporary-file.ts";

describe("group commit", () => {
  it("writes the tasks of one turn in transactions of at most 256", async () => {
    const { inbox, store, counts } = openCounting(temporaryFile());
    counts.begun = 0;
    await Promise.all([
      ...Array.from({ length: 255 }, (_, index) => inbox.accept(delivery(String(index)))),
      store.apply(submissionChange("key-1")),
      store.nextSequence(),
    ]);
    expect(counts.begun).toBe(2);
  });

  it("gives every delivery and every caller in a batch its own sequence", async () => {
    const { inbox, store } = openCounting(temporaryFile());
    const accepted = Array.from({ length: 100 }, (_, index) =>
      inbox.accept(delivery(String(index))),
    );
    const drawn = Array.from({ length: 100 }, () => store.nextSequence());
    const numbers = [
      ...(await Promise.all(accepted)).map(({ sequence }) => sequence),
      ...(await Promise.all(drawn)),
    ];
    expect(new Set(numbers).size).toBe(200);
    expect(Math.max(...numbers)).toBe(200);
  });

  it("fails one write without its neighbours when a row is rejected", async () => {
    const { handle, store } = openCounting(temporaryFile());
    reject(handle, "poison", "ABORT");
    await expectOnlyPoisonToFail(store.apply);
    expect(submissionsIn(handle)).toEqual(["before", "after"]);
  });

  it("fails one write without its neighbours when the rejection ends the whole transaction", async () => {
    const { handle, store, counts } = openCounting(temporaryFile());
    reject(handle, "poison", "ROLLBACK");
    counts.begun = 0;
    await expectOnlyPoisonToFail(store.apply);
    // The batch, then each task alone.
    expect(counts.begun).toBe(4);
    expect(submissionsIn(handle)).toEqual(["before", "after"]);
  });

  it("fails one write without its neighbours when the commit is rejected", async () => {
    const { handle, store } = openCounting(temporaryFile());
    // A deferred constraint is checked when the transaction ends.
    handle.exec(`
      CREATE TABLE allowed (id INTEGER PRIMARY KEY);
      CREATE TABLE checked (id INTEGER REFERENCES allowed (id) DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER poison AFTER INSERT ON jobber_submissions WHEN NEW.delivery_key = 'poison'
        BEGIN INSERT INTO checked VALUES (1); END`);
    await expectOnlyPoisonToFail(store.apply);
    expect(submissionsIn(handle)).toEqual(["before", "after"]);
  });

  it("fails one delivery without its neighbours", async () => {
    const { handle, inbox } = openCounting(temporaryFile());
    handle.exec(`CREATE TRIGGER reject BEFORE INSERT ON jobber_deliveries WHEN NEW.object_id = 'poison'
      BEGIN SELECT RAISE(ABORT, 'rejected'); END`);
    const outcomes = await Promise.allSettled(
      ["before", "poison", "after"].map((id) => inbox.accept(delivery(id))),
    );
    expect(outcomes).toMatchObject([
      { status: "fulfilled" },
      { status: "rejected", reason: { code: "ERR_STORE" } },
      { status: "fulfilled" },
    ]);
    expect((await inbox.list({})).map(({ objectId }) => objectId)).toEqual(["before", "after"]);
  });

  it("writes no part of a change whose last part is rejected, alone or in a batch", async () => {
    const { handle, store } = openCounting(temporaryFile());
    reject(handle, "poison", "ABORT");
    const poisoned = { ...submissionChange("poison"), jobs: [jobWrite("1")] };
    const rejected = { code: "ERR_STORE", retryable: false };
    await expect(store.apply(poisoned)).rejects.toMatchObject(rejected);
    const neighbour = store.apply({ ...submissionChange("fine"), jobs: [jobWrite("2")] });
    await expect(store.apply(poisoned)).rejects.toMatchObject(rejected);
    await neighbour;
    expect((await store.jobs("acme")).map(({ jobberJobId }) => jobberJobId)).toEqual(["2"]);
  });

  it("waits for another process's lock without blocking the event loop, then writes", async () => {
    const path = temporaryFile();
    const { inbox } = openCounting(path);
    const other = lockedElsewhere(path);
    let turns = 0;
    const ticking = setInterval(() => {
      turns += 1;
      if (turns === 10) other.exec("COMMIT");
    }, 1);
    onTestFinished(() => clearInterval(ticking));
    await expect(inbox.accept(delivery("1"))).resolves.toMatchObject({ outcome: "accepted" });
    expect(turns).toBeGreaterThanOrEqual(10);
  });

  it("rejects with ERR_STORE_BUSY after busyMs, and writes again once the lock is free", async () => {
    const path = temporaryFile();
    const { inbox } = openCounting(path, 50);
    const other = lockedElsewhere(path);
    const begun = performance.now();
    await expect(
      Promise.allSettled([inbox.accept(delivery("1")), inbox.accept(delivery("2"))]),
    ).resolves.toMatchObject([
      { status: "rejected", reason: { code: "ERR_STORE_BUSY", status: 503, retryable: true } },
      { status: "rejected", reason: { code: "ERR_STORE_BUSY" } },
    ]);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(50);
    other.exec("COMMIT");
    await inbox.accept(delivery("3"));
    expect((await inbox.list({})).map(({ objectId }) => objectId)).toEqual(["3"]);
  });

  it("rejects every queued write shortly after busyMs, however many there are", async () => {
    const path = temporaryFile();
    const { inbox } = openCounting(path, 100);
    lockedElsewhere(path);
    const begun = performance.now();
    const writes = Array.from({ length: 2000 }, (_, index) =>
      inbox.accept(delivery(String(index))),
    );
    const codes = await Promise.all(writes.map((one) => one.catch(({ code }) => code)));
    expect(new Set(codes)).toEqual(new Set(["ERR_STORE_BUSY"]));
    // With the handle's own timeout each try would take 2 s.
    expect(performance.now() - begun).toBeLessThan(800);
  });

  it("rejects with ERR_STORE_FULL on a full disk, loses nothing, and writes again once there is room", async () => {
    const { handle, inbox } = openCounting(temporaryFile());
    const pages = Number(Object.values(handle.prepare("PRAGMA page_count").get() as object)[0]);
    handle.exec(`PRAGMA max_page_count = ${pages + 20}`);
    const body = new Uint8Array(8000).fill(120);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, index) => inbox.accept(delivery(String(index), { body }))),
    );
    const stored = outcomes.filter(({ status }) => status === "fulfilled");
    const rejected = outcomes.flatMap((outcome) =>
      outcome.status === "rejected" ? [outcome.reason] : [],
    );
    expect(stored.length).toBeGreaterThan(0);
    expect(rejected.length).toBeGreaterThan(0);
    expect(new Set(rejected.map(({ code }) => code))).toEqual(new Set(["ERR_STORE_FULL"]));
    expect(await inbox.list({ limit: 1000 })).toHaveLength(stored.length);
    handle.exec("PRAGMA max_page_count = 1000000");
    await expect(inbox.accept(delivery("more", { body }))).resolves.toMatchObject({
      outcome: "accepted",
    });
    expect(handle.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" });
  });
});

interface Counts {
  begun: number;
}

/** Opens a database on a handle that counts transactions. */
function openCounting(path: string, busyMs = 300) {
  const database = new DatabaseSync(path);
  const counts: Counts = { begun: 0 };
  const handle: SqliteHandle = {
    exec: (sql) => database.exec(sql),
    prepare(sql) {
      const statement = database.prepare(sql);
      if (sql !== "BEGIN IMMEDIATE") return statement;
      return {
        run() {
          const done = statement.run();
          counts.begun += 1;
          return done;
        },
        get: () => undefined,
        all: () => [],
      };
    },
  };
  // A program may set its own timeout, for which every try would block.
  database.exec("PRAGMA busy_timeout = 2000");
  const opened = openSqlite(handle, { busyMs });
  onTestFinished(async () => {
    await opened.close();
    database.close();
  });
  return { ...opened, handle: database, counts };
}

/** Opens another connection to the file and starts a write on it. */
function lockedElsewhere(path: string): DatabaseSync {
  const other = new DatabaseSync(path);
  onTestFinished(() => other.close());
  other.exec("BEGIN IMMEDIATE");
  return other;
}

function reject(handle: DatabaseSync, deliveryKey: string, how: "ABORT" | "ROLLBACK"): void {
  handle.exec(`CREATE TRIGGER reject BEFORE INSERT ON jobber_submissions WHEN NEW.delivery_key = '${deliveryKey}'
    BEGIN SELECT RAISE(${how}, 'rejected'); END`);
}

async function expectOnlyPoisonToFail(
  apply: (change: SyncChange) => Promise<unknown>,
): Promise<void> {
  const outcomes = await Promise.allSettled(
    ["before", "poison", "after"].map((key) => apply(submissionChange(key))),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(outcomes[1]).toMatchObject({ reason: { code: "ERR_STORE" } });
}

function submissionChange(deliveryKey: string): SyncChange {
  const submission: SubmissionWrite = {
    tenant: "acme",
    deliveryKey,
    channel: "jobber",
    payload: {
      event: "client.updated",
      jobber_client_id: "1",
      client_name: null,
      client_email: null,
      client_phone: null,
      address: null,
    },
    createdAt: "2026-01-25T10:00:00Z",
  };
  return { contacts: [], jobs: [], submissions: [submission] };
}

function jobWrite(jobberJobId: string): JobWrite {
  return {
    tenant: "acme",
    jobberJobId,
    mode: "replace",
    fields: {},
    sourceUpdatedAt: null,
    sequence: 1,
  };
}

function submissionsIn(handle: DatabaseSync): unknown[] {
  return handle
    .prepare("SELECT delivery_key FROM jobber_submissions ORDER BY rowid")
    .all()
    .map((row) => row.delivery_key);
}
