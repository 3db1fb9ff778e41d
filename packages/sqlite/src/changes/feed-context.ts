import type { Database } from "../database/database.ts";

/** Dependencies of every operation of the feed. */
export interface FeedContext {
  readonly database: Database;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Wakes every listener of this process. */
  readonly wake: () => void;
}

// SQLite uses a partial index only if a statement repeats the index's condition word for word.

/** Waiting changes. The condition of `jobber_changes_line`. */
export const WAITING = "state = 'waiting'";

/** Waiting changes without a delay. The condition of `jobber_changes_due`. */
export const PROMPT = "state = 'waiting' AND delay_ms = 0";

/** Waiting changes with a delay. The condition of `…_delayed` and `…_scheduled`. */
export const DELAYED = "state = 'waiting' AND delay_ms > 0";

/** SQL condition of `changeRules.isChangeDue`. Its values are those of `dueValues`. */
export const IS_DUE = "(due_at <= ? OR due_at - delay_ms > ?)";

/** The columns of a record's line. */
export const LINE = "tenant = ? AND object_type = ? AND object_id = ?";
