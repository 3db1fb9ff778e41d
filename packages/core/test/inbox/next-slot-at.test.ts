import { MAX_SLOT_WAIT_MS, nextSlotAt, type RateLimit } from "@jobber-sync/core/ports";
import { describe, expect, it } from "vitest";

const NOW = Date.parse("2026-01-25T10:00:00Z");

/** The waits of one caller after another. */
function waits(
  times: number,
  options: { perSecond: number; maxWaitMs: number },
): readonly number[] {
  let budget: RateLimit | null = null;
  return Array.from({ length: times }, () => {
    const placed = nextSlotAt(budget, { ...options, now: NOW });
    budget = placed.budget;
    return placed.waitMs;
  });
}

describe("nextSlotAt", () => {
  it("gives places one after the other to those who wait for them", () => {
    expect(waits(4, { perSecond: 8, maxWaitMs: 1000 })).toEqual([0, 125, 250, 375]);
  });

  it("gives rejected callers retry times one slot apart, behind the acquired slots", () => {
    expect(waits(5, { perSecond: 2, maxWaitMs: 250 })).toEqual([0, 500, 1000, 1500, 2000]);
  });

  it.each([Number.POSITIVE_INFINITY, 0])(
    "never begins anew because the queue is long: the last of it come together (maxWaitMs %d)",
    (maxWaitMs) => {
      const all = waits(1210, { perSecond: 2, maxWaitMs });
      expect(all.slice(0, 3)).toEqual([0, 500, 1000]);
      expect(all.toSorted((a, b) => a - b)).toEqual(all);
      expect(all.at(-1)).toBe(MAX_SLOT_WAIT_MS);
    },
  );

  it("begins anew when a clock was set back by more than anybody is ever made to wait", () => {
    const { budget } = nextSlotAt(null, { perSecond: 8, maxWaitMs: 0, now: NOW });
    const options = { perSecond: 8, maxWaitMs: 0, now: NOW - 3_600_000 };
    expect(nextSlotAt(budget, options).waitMs).toBe(0);
  });
});
