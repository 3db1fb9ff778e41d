import { describe, expect, it } from "vitest";
import { assessHealth } from "../../src/health/assess-health.ts";
import {
  addDeliveries,
  NO_RHYTHM,
  parseRhythm,
  quietSince,
} from "../../src/health/webhook-rhythm.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MONDAY = Date.parse("2026-01-05T00:00:00Z");

/** Hourly webhooks from 8 to 18, on the given days after a Monday. */
function workdays(days: readonly number[]) {
  const deliveries = days.flatMap((day) =>
    Array.from({ length: 11 }, (_, hour) => ({
      at: MONDAY + day * DAY_MS + (8 + hour) * HOUR_MS,
      topic: hour % 2 === 0 ? "JOB_UPDATE" : "VISIT_UPDATE",
    })),
  );
  return addDeliveries(NO_RHYTHM, deliveries);
}

const TWO_WEEKS = [0, 1, 2, 3, 4, 7, 8, 9, 10, 11];

describe("quietSince", () => {
  it("allows nights and weekends that are usual", () => {
    const rhythm = workdays(TWO_WEEKS);
    const friday = MONDAY + 11 * DAY_MS + 18 * HOUR_MS;
    expect(quietSince(rhythm, friday + 62 * HOUR_MS)).toBeNull();
    // The longest pause was 62 hours, from Friday 18:00 to Monday 8:00.
    expect(quietSince(rhythm, friday + 125 * HOUR_MS)).toEqual({
      since: friday,
      usualMs: 62 * HOUR_MS,
    });
  });

  it("notices a pause of six hours where webhooks come around the clock", () => {
    const hours = Array.from({ length: 8 * 24 }, (_, hour) => ({
      at: MONDAY + hour * HOUR_MS,
      topic: "VISIT_UPDATE",
    }));
    const rhythm = addDeliveries(NO_RHYTHM, hours);
    const last = MONDAY + (8 * 24 - 1) * HOUR_MS;
    expect(quietSince(rhythm, last + 5 * HOUR_MS)).toBeNull();
    expect(quietSince(rhythm, last + 7 * HOUR_MS)).toMatchObject({ since: last });
  });

  it("is null for a tenant with webhooks on fewer than seven days, or none", () => {
    const never = MONDAY + 365 * DAY_MS;
    expect(quietSince(workdays([0, 1, 2, 3, 4, 7]), never)).toBeNull();
    expect(quietSince(NO_RHYTHM, never)).toBeNull();
    expect(quietSince(null, never)).toBeNull();
  });
});

describe("addDeliveries", () => {
  it("keeps the last time of each topic, and 14 days", () => {
    const rhythm = addDeliveries(workdays(TWO_WEEKS), [
      { at: MONDAY + 20 * DAY_MS, topic: "JOB_UPDATE" },
    ]);
    expect(rhythm.last).toEqual({
      JOB_UPDATE: MONDAY + 20 * DAY_MS,
      VISIT_UPDATE: MONDAY + 11 * DAY_MS + 17 * HOUR_MS,
    });
    expect(rhythm.days.map(([day]) => day - MONDAY / DAY_MS)).toEqual([7, 8, 9, 10, 11, 20]);
    expect(parseRhythm(JSON.stringify(rhythm))).toEqual(rhythm);
  });

  it("parses nothing else", () => {
    for (const text of [null, "", "{", "[]", '{"last":null}']) expect(parseRhythm(text)).toBeNull();
  });
});

describe("assessHealth", () => {
  it("reports a tenant whose webhooks pause for longer than usual", () => {
    const now = MONDAY + 20 * DAY_MS;
    const quiet = { since: now - 30 * HOUR_MS, usualMs: 14 * HOUR_MS };
    const times = { connectedAt: MONDAY, reconciledAt: now };
    const tenants = [{ tenant: "acme", state: "connected", ...times, quiet }] as const;
    expect(assessHealth({ deliveries: [], tenants, reconciles: true, now })).toEqual([
      {
        code: "webhooks_silent",
        level: "degraded",
        tenant: "acme",
        message:
          "No webhook has arrived for 30 hours; usually they pause for up to 14. Check that they are enabled in Jobber.",
      },
    ]);
  });
});
