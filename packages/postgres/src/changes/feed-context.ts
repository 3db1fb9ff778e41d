import { transitions } from "@jobber-sync/core/ports";
import type { InboxContext } from "../inbox/inbox-context.ts";

/** Dependencies of every operation of the feed: those of the inbox that have no queue. */
export interface FeedContext extends Pick<InboxContext, "pool" | "schema" | "clock" | "now"> {
  /** Wakes every listener of this process. */
  readonly wake: () => void;
}

const { CLOCK_TOLERANCE_MS } = transitions;

/** The latest time that a clock without a jump can have written before `at`. */
const tolerated = (at: string) => `${at} + interval '${CLOCK_TOLERANCE_MS} ms'`;

/** Core's `isChangeDue` for a waiting row. */
export function changeDueSql(row: string, at: string): string {
  return `(${row}.due_at <= ${at}
    OR ${row}.due_at - ${row}.delay_ms * interval '1 ms' > ${tolerated(at)})`;
}

/**
 * Condition for changes without a delay that a fast clock committed: they are due. Repeats the
 * condition of `jobber_changes_due`.
 */
export function committedInFutureSql(at: string): string {
  return `delay_ms = 0 AND due_at > ${tolerated(at)}`;
}

/** The same for changes with a delay. Repeats the expression of `jobber_changes_delayed_at`. */
export function delayedInFutureSql(at: string): string {
  return `delay_ms > 0
    AND (due_at AT TIME ZONE 'UTC') - delay_ms * interval '1 ms' > (${tolerated(at)}) AT TIME ZONE 'UTC'`;
}

/** Condition for the waiting changes of one record, in the order of `jobber_changes_line`. */
export const LINE = "tenant = $1 AND object_type = $2 AND object_id = $3 AND state = 'waiting'";
