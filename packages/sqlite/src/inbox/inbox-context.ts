import { transitions } from "@jobber-sync/core/ports";
import type { Database } from "../database/database.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";

/** Dependencies of every operation of the inbox. */
export interface InboxContext {
  readonly database: Database;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Wakes every listener of this process. */
  readonly wake: () => void;
}

// SQLite uses a partial index only if a statement repeats the index's condition word for word.

/** Rows that may still run. The condition of `jobber_deliveries_open`. */
export const OPEN = "state IN ('waiting', 'claimed')";

/** Rows that are not done. The condition of `jobber_deliveries_by_state`. */
export const NOT_DONE = "state <> 'done'";

/** Finished rows that still have their body. The condition of `jobber_deliveries_finished`. */
export const KEPT = "finished_at IS NOT NULL AND body IS NOT NULL";

/** Rows that need attention: `replay` sets them waiting, `purge` deletes them. */
export const FAILED = "state IN ('quarantined', 'unresolved', 'dead')";

/** Waiting rows with a short delay. The condition of `jobber_deliveries_due`. */
export const PROMPT = "state = 'waiting' AND delay_ms <= 5000";

/** Waiting rows with a longer delay. The condition of `…_due_later` and `…_scheduled`. */
export const DELAYED = "state = 'waiting' AND delay_ms > 5000";

/** SQL condition of `transitions.isReady` for a waiting row. Its values are {@link dueValues}. */
export const IS_DUE = "(due_at <= ? OR due_at - delay_ms > ?)";

/** SQL condition of `transitions.isDebounced` for a waiting row. */
export const IS_DEBOUNCED = "(attempts = 0 AND retries = 0 AND reason IS NULL)";

/** SQL condition of `transitions.joinsRun` for a waiting row. */
export const JOINS_RUN =
  "(attempts = 0 AND retries = 0 AND (reason IS NULL OR reason = 'recheck'))";

/** Returns the values of {@link IS_DUE}. */
export function dueValues(now: number): readonly SqliteValue[] {
  return [now, clockLimit(now)];
}

/** Returns the time after which a stored time was set by a clock that has been corrected since. */
export function clockLimit(now: number): number {
  return now + transitions.CLOCK_TOLERANCE_MS;
}

/** Rounds milliseconds to the integers that the columns hold. A clock may return fractions. */
export function wholeMs(ms: number): number {
  return Math.round(ms);
}

/** Converts a maximum number of rows for SQLite, which has no infinity. */
export function wholeLimit(limit: number): number {
  return Math.min(limit, 1_000_000_000);
}
