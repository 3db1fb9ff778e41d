import { expect, it, onTestFinished } from "vitest";
import {
  type BulkheadsOptions,
  bulkheads,
  type ClassReport,
  LIMIT_MS,
  singleTenant,
} from "../../src/bulkheads.ts";
import type { Target } from "../../src/open-backend.ts";
import { openTargets } from "../../src/targets.ts";

/** Registers the tests of tenants that must not delay one another, on one kind of database. */
export function bulkheadTests(kind: Target["kind"] | "memory", options: BulkheadsOptions): void {
  const timeout = options.seconds * 1000 + 300_000;

  it(`${kind}: stores the records of ${options.tenants} tenants within 3 s while others are in trouble`, {
    timeout,
  }, async () => {
    const reports = await bulkheads(await open(kind), options);
    console.log([`${kind}: receipt to record`, ...reports.map(lineOf)].join("\n"));
    const [healthy] = reports;
    expect(healthy?.unprocessed).toBe(0);
    expect(healthy?.p99).toBeLessThanOrEqual(LIMIT_MS);
  });

  it(`${kind}: gives a single tenant every slot`, { timeout }, async () => {
    const { slots, share } = await singleTenant(await open(kind), { concurrency: 8, objects: 400 });
    console.log(`${kind}: a single tenant uses ${(share * 100).toFixed(0)} % of 8 busy slots`);
    expect(slots).toBe(8);
  });
}

function lineOf({ trouble, deliveries, unprocessed, ...times }: ClassReport): string {
  const { p50, p99, max } = times;
  const ms = [p50, p99, max].map((time) => time.toFixed(0));
  return `  trouble: ${trouble}; ${deliveries} deliveries, ${unprocessed} unprocessed; p50 ${ms[0]}, p99 ${ms[1]}, max ${ms[2]} ms`;
}

async function open(kind: Target["kind"] | "memory"): Promise<Target | "memory"> {
  if (kind === "memory") return kind;
  const targets = await openTargets(kind);
  onTestFinished(() => targets.close());
  return targets.next();
}
