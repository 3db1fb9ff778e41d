import { createWorker, type JobberSyncError, type Logger } from "@jobber-sync/core";
import { createPostgres, type SqlPool } from "@jobber-sync/postgres";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createOutages } from "../../src/inbox/outages.ts";

afterEach(() => vi.useRealTimers());

function recordOutages() {
  const errors: JobberSyncError[] = [];
  return {
    errors,
    codes: () => errors.map(({ code }) => code),
    ...createOutages((error) => errors.push(error as JobberSyncError), "jobber"),
  };
}

describe("createOutages", () => {
  it("converts the plain objects of pg-boss to coded errors that keep the server's message", () => {
    const { errors, ofBoss } = recordOutages();
    ofBoss({
      code: "57P03",
      severity: "FATAL",
      message: "the database system is starting up",
      queue: "jobber",
    });
    ofBoss({
      message: "Database not opened. Call start() before using pg-boss, or again after stop().",
    });
    expect(errors).toMatchObject([
      {
        name: "JobberSyncError",
        code: "ERR_STORE",
        cause: { message: expect.stringContaining("starting up") },
      },
      {
        name: "JobberSyncError",
        code: "ERR_STORE_SETTINGS",
        message: expect.stringContaining("boss.start()"),
      },
    ]);
  });

  it("reports every failure: throttling is left to the worker's log", () => {
    const { codes, ofBoss, log } = recordOutages();
    ofBoss({ code: "ECONNREFUSED", message: "rejected" });
    ofBoss({ code: "ECONNREFUSED", message: "rejected" });
    log(Object.assign(new Error("canceling statement"), { code: "57014" }));
    expect(codes()).toEqual(["ERR_STORE", "ERR_STORE", "ERR_STORE_BUSY"]);
  });

  it("ignores other queues of the same pg-boss", () => {
    const { codes, ofBoss } = recordOutages();
    ofBoss({ code: "ECONNREFUSED", message: "rejected", queue: "e-mails" });
    expect(codes()).toEqual([]);
    ofBoss({ code: "ECONNREFUSED", message: "rejected", queue: "jobber" });
    expect(codes()).toEqual(["ERR_STORE"]);
  });
});

describe("a worker during an outage", () => {
  it("logs it at most once every ten seconds, with the number of failures since", async () => {
    vi.useFakeTimers();
    const lines: { readonly code?: unknown; readonly before?: unknown }[] = [];
    const logger: Logger = { info: () => {}, warn: () => {}, error: (line) => lines.push(line) };
    const down = async (): Promise<never> => {
      throw Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
    };
    let last = 0;
    // The worker draws sequence numbers before it listens; only what comes after fails.
    const query = async (text: string) => {
      if (text.includes("nextval")) return { rows: [{ json: String(++last) }] };
      if (text.includes("current_setting")) return { rows: [{ level: "read committed" }] };
      return /^(BEGIN|COMMIT|ROLLBACK)/.test(text) ? { rows: [] } : down();
    };
    const pool: SqlPool = { query, connect: async () => ({ query, release: () => {} }) };
    let report: (error: unknown) => void = () => {};
    const boss = {
      insert: down,
      work: async () => "id",
      offWork: async () => {},
      getQueue: down,
      createQueue: down,
      updateQueue: down,
      on: (_event: "error", listener: (error: unknown) => void) => {
        report = listener;
      },
      off: () => {},
    };
    const { inbox, store } = createPostgres({ pool, boss });
    const worker = createWorker({ inbox, store, logger });
    worker.start();
    for (let second = 0; second < 31; second += 1) {
      report({ code: "ECONNREFUSED", message: "connect ECONNREFUSED" });
      await vi.advanceTimersByTimeAsync(1000);
    }
    await worker.stop();
    expect(lines.filter(({ code }) => code === "ERR_STORE").length).toBeGreaterThanOrEqual(4);
    // A sweep every 2 s and pg-boss every second, minus the one that is logged.
    expect(lines.at(-1)?.before).toBeGreaterThanOrEqual(14);
  });
});
