import { expect, it } from "vitest";
import { createBulkheads } from "../../src/inbox/bulkheads.ts";

const MINUTE = 60_000;

/** Starts runs of a tenant until it is admitted no more. @returns how many */
function fill(bulkheads: ReturnType<typeof createBulkheads>, tenant: string, now: number): number {
  let runs = 0;
  while (bulkheads.admits(tenant, now)) {
    bulkheads.start(tenant, now);
    runs += 1;
  }
  return runs;
}

it.each([
  [8, 4],
  [7, 4],
  [2, 1],
  [1, 1],
])("createBulkheads: of %d slots a tenant holds %d beside another", (concurrency, share) => {
  const bulkheads = createBulkheads({ concurrency });
  bulkheads.see("other", 0);
  expect(fill(bulkheads, "acme", 0)).toBe(share);
  expect(bulkheads.isSaturated("acme", 0)).toBe(true);
  expect(bulkheads.isSaturated("other", 0)).toBe(false);
});

it("createBulkheads: a tenant alone holds every slot", () => {
  const bulkheads = createBulkheads({ concurrency: 8 });
  expect(fill(bulkheads, "acme", 0)).toBe(8);
  // Seen again and again, it is still alone.
  bulkheads.see("acme", 5);
  expect(bulkheads.isSaturated("acme", 5)).toBe(true);
  expect(bulkheads.active("acme")).toBe(8);
});

it("createBulkheads: a tenant counts as alone 10 minutes after another was last seen", () => {
  const bulkheads = createBulkheads({ concurrency: 8 });
  bulkheads.see("other", 0);
  bulkheads.see("acme", 1);
  bulkheads.see("acme", 10 * MINUTE - 1);
  expect(fill(bulkheads, "acme", 10 * MINUTE - 1)).toBe(4);
  expect(fill(bulkheads, "acme", 10 * MINUTE)).toBe(4);
});

it("createBulkheads: a tenant that returns leaves the others half", () => {
  const bulkheads = createBulkheads({ concurrency: 4 });
  expect(fill(bulkheads, "acme", 0)).toBe(4);
  bulkheads.see("other", 500);
  expect(bulkheads.admits("acme", 2000)).toBe(false);
  expect(fill(bulkheads, "other", 2000)).toBe(2);
});

it("createBulkheads: young runs count against the total, older ones against their tenant only", () => {
  const bulkheads = createBulkheads({ concurrency: 4 });
  for (const tenant of ["a", "b"]) bulkheads.see(tenant, 0);
  expect(fill(bulkheads, "a", 0) + fill(bulkheads, "b", 0)).toBe(4);
  expect(bulkheads.admits("c", 999)).toBe(false);
  expect(bulkheads.agesInMs(999)).toBe(1);
  expect(bulkheads.admits("c", 1000)).toBe(true);
  expect(bulkheads.agesInMs(1000)).toBeNull();
  expect(bulkheads.admits("a", 1000)).toBe(false);
  expect(fill(bulkheads, "c", 1000)).toBe(2);
});

it("createBulkheads: hanging runs of any number of tenants are bounded", () => {
  const bulkheads = createBulkheads({ concurrency: 2 });
  let runs = 0;
  for (let tenant = 0; tenant < 1000; tenant += 1)
    runs += fill(bulkheads, String(tenant), tenant * 1000);
  expect(runs).toBe(64);
});

it("createBulkheads: an ended run frees its slot, young or old", () => {
  const bulkheads = createBulkheads({ concurrency: 2 });
  bulkheads.see("other", 0);
  const run = bulkheads.start("acme", 0);
  expect(bulkheads.admits("acme", 0)).toBe(false);
  bulkheads.end(run);
  expect(bulkheads.admits("acme", 0)).toBe(true);
  const old = bulkheads.start("acme", 0);
  expect(bulkheads.admits("acme", 5000)).toBe(false);
  bulkheads.end(old);
  expect(bulkheads.admits("acme", 5000)).toBe(true);
  expect(bulkheads.active("acme")).toBe(0);
});
