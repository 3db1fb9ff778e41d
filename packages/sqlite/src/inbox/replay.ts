import { type Inbox, replayedStates } from "@jobber-sync/core/ports";
import { changeInBatches, changeRows } from "./change-rows.ts";
import { FAILED, type InboxContext, wholeMs } from "./inbox-context.ts";

// The right-hand sides of SET read the row as it was before.
const REPLAY = `UPDATE jobber_deliveries
  SET state = 'waiting', reason = CASE state WHEN 'quarantined' THEN reason END, error = NULL, attempts = 0,
    retries = 0, recheck_since = NULL, due_at = ?, delay_ms = 0, started_at = ?, paused_ms = 0, finished_at = NULL
  WHERE sequence = ? AND body IS NOT NULL AND ${FAILED}
  RETURNING sequence`;

/** Creates `replay`, which follows `transitions.replayedRow`. */
export function createReplay(context: InboxContext): Inbox["replay"] {
  return (filter, { now = context.now() } = {}) => {
    const at = wholeMs(now);
    const replayed = { ...filter, states: replayedStates(filter) };
    return changeInBatches(context, replayed, (transaction, sequences) =>
      changeRows(transaction, sequences, REPLAY, at, at),
    );
  };
}
