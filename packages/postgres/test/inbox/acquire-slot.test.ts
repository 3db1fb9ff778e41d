import { nextSlotAt, type RateLimit } from "@jobber-sync/core/ports";
import fc from "fast-check";
import { expect, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

const NOW = Date.parse("2026-01-25T10:00:00Z");

it("acquireSlot returns exactly what nextSlotAt of core returns, over random histories", async () => {
  const { inbox } = await database.open({ clock: "caller", prepare: true });
  const request = fc.record({
    perSecond: fc.oneof(
      fc.constantFrom(0.01, 1, 3, 8, 1000),
      fc.double({ min: 0.001, max: 50, noNaN: true }),
    ),
    maxWaitMs: fc.constantFrom(0, 1, 125, 1000 / 3, 2000, 600_000, Number.POSITIVE_INFINITY),
    // Occasional clock jumps in both directions.
    now: fc.oneof(
      fc.integer({ min: 0, max: 5000 }),
      fc.integer({ min: -5_000_000, max: 5_000_000 }),
    ),
  });
  let tenant = 0;
  const check = async (
    requests: readonly { perSecond: number; maxWaitMs: number; now: number }[],
  ) => {
    tenant += 1;
    let budget: RateLimit | null = null;
    for (const { now, ...rest } of requests) {
      const options = { ...rest, now: NOW + now };
      const decided = nextSlotAt(budget, options);
      budget = decided.budget;
      expect(await inbox.acquireSlot(`tenant ${tenant}`, options)).toBe(decided.waitMs);
    }
  };
  await fc.assert(fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 30 }), check), {
    seed: 3,
    numRuns: 20,
  });
});

it("acquireSlot starts fresh for a tenant that was resumed before its first fetch", async () => {
  const { inbox } = await database.open({ clock: "caller" });
  await inbox.resume("acme", { now: NOW });
  const options = { perSecond: 2, maxWaitMs: 0, now: NOW };
  expect(await inbox.acquireSlot("acme", options)).toBe(0);
  expect(await inbox.acquireSlot("acme", options)).toBe(500);
  expect(await inbox.acquireSlot("acme", options)).toBe(1000);
});
