import type { JobberSyncError } from "@jobber-sync/core";
import { afterEach, expect, it, vi } from "vitest";
import { createOutages } from "../../src/inbox/outages.ts";

afterEach(() => vi.useRealTimers());

function outages() {
  const told: JobberSyncError[] = [];
  vi.useFakeTimers({ toFake: ["performance"] });
  return {
    told,
    codes: () => told.map(({ code }) => code),
    ...createOutages((error) => told.push(error as JobberSyncError), "jobber"),
  };
}

it("says what the plain objects mean that pg-boss reports, with what the server said", () => {
  const { told, ofBoss } = outages();
  ofBoss({
    code: "57P03",
    severity: "FATAL",
    message: "the database system is starting up",
    queue: "jobber",
  });
  ofBoss({
    code: "ECONNREFUSED",
    syscall: "connect",
    message: "connect ECONNREFUSED 127.0.0.1:5432",
  });
  ofBoss({
    message: "Database not opened. Call start() before using pg-boss, or again after stop().",
  });
  expect(told).toMatchObject([
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

it("tells of an outage once, of another at once, and of the same again after ten seconds", () => {
  const { codes, ofBoss, log } = outages();
  for (let index = 0; index < 5; index += 1) ofBoss({ code: "ECONNREFUSED", message: "rejected" });
  log(Object.assign(new Error("terminating connection"), { code: "57P01" }));
  log(Object.assign(new Error("canceling statement"), { code: "57014" }));
  expect(codes()).toEqual(["ERR_STORE", "ERR_STORE_BUSY"]);
  vi.advanceTimersByTime(10_001);
  ofBoss({ code: "ECONNREFUSED", message: "rejected" });
  expect(codes()).toEqual(["ERR_STORE", "ERR_STORE_BUSY", "ERR_STORE"]);
});

it("says nothing of other queues of the same pg-boss", () => {
  const { codes, ofBoss } = outages();
  ofBoss({ code: "ECONNREFUSED", message: "rejected", queue: "e-mails" });
  expect(codes()).toEqual([]);
  ofBoss({ code: "ECONNREFUSED", message: "rejected", queue: "jobber" });
  expect(codes()).toEqual(["ERR_STORE"]);
});
