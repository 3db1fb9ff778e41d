import { expect, it, onTestFinished } from "vitest";
import { type BulkheadsOptions, bulkheads, singleTenant } from "../../src/bulkheads.ts";
import type { Target } from "../../src/open-backend.ts";
import { openTargets } from "../../src/targets.ts";

/** Registers the tests of tenants that must not delay one another, on one kind of database. */
export function bulkheadTests(kind: Target["kind"] | "memory", options: BulkheadsOptions): void {
  const timeout = options.seconds * 1000 + 300_000;

  it(`${kind}: stores the records of ${options.tenants} tenants within 3 s while others are in trouble`, {
    timeout,
  }, async () => {
    const { deliveries, p50, p99 } = await bulkheads(await open(kind), options);
    const times = `p50 ${p50.toFixed(0)} ms, p99 ${p99.toFixed(0)} ms`;
    console.log(`${kind}: receipt to record of ${deliveries} deliveries: ${times}`);
  });

  it(`${kind}: gives a single tenant every slot`, { timeout }, async () => {
    const { slots, share } = await singleTenant(await open(kind), { concurrency: 8, objects: 400 });
    console.log(`${kind}: a single tenant uses ${(share * 100).toFixed(0)} % of 8 busy slots`);
    expect(slots).toBe(8);
  });
}

async function open(kind: Target["kind"] | "memory"): Promise<Target | "memory"> {
  if (kind === "memory") return kind;
  const targets = await openTargets(kind);
  onTestFinished(() => targets.close());
  return targets.next();
}
