import type { DeliveryStats } from "./delivery.ts";
import type { MemoryRow } from "./memory-row.ts";

/** Returns the stats of rows, one per tenant and state. */
export function memoryStats(rows: Iterable<MemoryRow>, now: number): readonly DeliveryStats[] {
  const stats = new Map<string, DeliveryStats>();
  for (const { tenant, receivedAt, current } of rows) {
    const { state } = current;
    if (state === "done") continue;
    const key = `${state} ${tenant}`;
    const before = stats.get(key);
    const oldestAgeMs = Math.max(0, now - receivedAt, before?.oldestAgeMs ?? 0);
    stats.set(key, { tenant, state, rows: (before?.rows ?? 0) + 1, oldestAgeMs });
  }
  return [...stats.values()];
}
