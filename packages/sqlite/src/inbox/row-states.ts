import type { DeliveryState } from "@jobber-sync/core";

// SQLite uses a partial index only where a statement repeats the index's condition word by word.

/** Rows that may still run. The condition of `jobber_deliveries_open` and `jobber_deliveries_due`. */
export const OPEN = "state IN ('waiting', 'claimed')";

/** Rows that wait for somebody. The condition of `jobber_deliveries_parked`. */
export const PARKED = "state IN ('quarantined', 'unresolved', 'paused', 'dead')";

/** The states in {@link PARKED}. */
export const PARKED_STATES: readonly DeliveryState[] = ["quarantined", "unresolved", "paused", "dead"];

/** What a replay may take: parked rows, but those that wait for their tenant's authorization. */
export const REPLAYABLE_STATES: readonly DeliveryState[] = ["quarantined", "unresolved", "dead"];

/** Milliseconds since 1970 as the columns hold them: a clock may give fractions. */
export function wholeMs(ms: number): number {
  return Math.round(ms);
}
