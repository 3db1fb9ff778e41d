// SQLite uses a partial index only where a statement repeats the index's condition word by word.

/** Rows that may still run. The condition of `jobber_deliveries_open` and `jobber_deliveries_due`. */
export const OPEN = "state IN ('waiting', 'claimed')";

/** All but what is done. The condition of `jobber_deliveries_by_state`. */
export const NOT_DONE = "state <> 'done'";

/** Finished rows that retention has not come to yet. The condition of `jobber_deliveries_finished`. */
export const KEPT = "finished_at IS NOT NULL AND body IS NOT NULL";

/** Rows that somebody has to look at: what may be replayed, and what retention deletes. */
export const FAILED = "state IN ('quarantined', 'unresolved', 'dead')";

/** Milliseconds since 1970 as the columns hold them: a clock may give fractions. */
export function wholeMs(ms: number): number {
  return Math.round(ms);
}

/** A number of rows as SQLite takes it: it knows no infinity. */
export function wholeLimit(limit: number): number {
  return Math.min(limit, 1_000_000_000);
}
