import { type ErrorCode, JobberSyncError } from "@jobber-sync/core";
import type { ClaimedDelivery } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";
import { DEFAULT_RETRY_POLICY, settleFailure } from "../../src/worker/retry-policy.ts";

const HOUR = 3_600_000;
const delivery: ClaimedDelivery = {
  sequence: 1,
  deliveryKey: "key",
  body: new Uint8Array(),
  receivedAt: 0,
  startedAt: 0,
  attempts: 0,
  retries: 0,
  recheckSince: null,
  pausedMs: 0,
  reason: null,
};

function settle(
  code: ErrorCode,
  from: Partial<ClaimedDelivery> = {},
  now = 1000,
  random = 1,
  retryAfterMs?: number,
) {
  const error = new JobberSyncError(
    code,
    "It failed.",
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
  return settleFailure({ ...delivery, ...from }, error, DEFAULT_RETRY_POLICY, { now, random });
}

describe("settleFailure", () => {
  it("doubles the delay from 2 s to 1 h", () => {
    const pauses = Array.from({ length: 14 }, (_, retries) => settle("ERR_STORE", { retries }, 0));
    const seconds = pauses.map((settlement) =>
      settlement.state === "waiting" ? settlement.dueAt / 1000 : Number.NaN,
    );
    expect(seconds).toEqual([2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 3600, 3600, 3600]);
  });

  it("jitters over the second half of the delay", () => {
    expect(settle("ERR_STORE", {}, 0, 0)).toMatchObject({ dueAt: 1000, retries: 1, attempts: 0 });
    expect(settle("ERR_STORE", {}, 0, 0.5)).toMatchObject({ dueAt: 1500 });
  });

  it("retries for 72 hours, not counting pauses", () => {
    const retries = 100;
    expect(settle("ERR_API_NETWORK", { retries }, 72 * HOUR - 1)).toMatchObject({
      state: "waiting",
    });
    expect(settle("ERR_API_NETWORK", { retries }, 72 * HOUR)).toMatchObject({
      state: "dead",
      reason: "ERR_API_NETWORK",
    });
    const paused = { retries, pausedMs: 10 * HOUR };
    expect(settle("ERR_API_NETWORK", paused, 80 * HOUR)).toMatchObject({ state: "waiting" });
    const replayed = { retries, startedAt: 50 * HOUR };
    expect(settle("ERR_API_NETWORK", replayed, 80 * HOUR)).toMatchObject({ state: "waiting" });
  });

  it("does not count a clock jump as age: the delays between retries must confirm it", () => {
    const years = 3 * 365 * 24 * HOUR;
    const states = Array.from({ length: 90 }, (_, retries) => [
      settle("ERR_API_NETWORK", { retries }, years).state,
      retries,
    ]);
    expect(states.find(([state]) => state === "dead")).toEqual(["dead", 82]);
    // A source that asked for a day's delay confirms a day per retry.
    const asked = [0, 1, 2, 3].map(
      (retries) => settle("ERR_API_NETWORK", { retries }, years, 1, 24 * HOUR).state,
    );
    expect(asked).toEqual(["waiting", "waiting", "waiting", "dead"]);
  });

  it("ends retries although the clock was ahead at the start", () => {
    const startedAt = 10 * 365 * 24 * HOUR;
    const states = Array.from({ length: 200 }, (_, retries) => [
      settle("ERR_API_NETWORK", { retries, startedAt }, 0).state,
      retries,
    ]);
    expect(states.find(([state]) => state === "dead")).toEqual(["dead", 154]);
  });

  it.each(["ERR_MAPPING", "ERR_HANDLER"] as const)("gives %s five tries", (code) => {
    expect(settle(code, { attempts: 3 })).toMatchObject({
      state: "waiting",
      attempts: 4,
      retries: 0,
    });
    expect(settle(code, { attempts: 4 })).toMatchObject({
      state: "dead",
      attempts: 5,
      reason: code,
    });
  });

  it.each(["ERR_API_THROTTLED", "ERR_API_RATE_LIMITED"] as const)(
    "waits for the limit on %s and counts no failure",
    (code) => {
      expect(settle(code, { retries: 7, attempts: 2 }, 100 * HOUR, 1, 1234)).toMatchObject({
        state: "waiting",
        dueAt: 100 * HOUR + 1234,
        retries: 7,
        attempts: 2,
      });
    },
  );

  it("waits at least retryAfterMs", () => {
    expect(settle("ERR_API_NETWORK", {}, 0, 1, 60_000)).toMatchObject({ dueAt: 60_000 });
  });

  it.each([
    "ERR_API_NEEDS_REAUTH",
    "ERR_API_DISCONNECTED",
    "ERR_API_PERMISSION",
    "ERR_TOKEN_DECRYPT",
  ] as const)("pauses on %s, whatever the age", (code) => {
    expect(settle(code, {}, 500 * HOUR)).toEqual({
      sequence: 1,
      state: "paused",
      attempts: 0,
      reason: code,
    });
  });

  it("lets an unknown tenant's delivery wait, a tenth of its age each time, without counting", () => {
    const from = { retries: 3, attempts: 2 };
    const delays = [0, 10 * 60_000, 100 * HOUR, 10_000 * HOUR].map((now) => {
      const settlement = settle("ERR_TENANT_UNKNOWN", from, now);
      expect(settlement).toMatchObject({ state: "waiting", ...from });
      return settlement.state === "waiting" ? settlement.dueAt - now : Number.NaN;
    });
    expect(delays).toEqual([2000, 60_000, HOUR, HOUR]);
  });
});
