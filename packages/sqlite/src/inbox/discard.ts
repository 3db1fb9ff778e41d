import { discardedStates, type Inbox } from "@jobber-sync/core/ports";
import { changeInBatches, changeRows } from "./change-rows.ts";
import type { InboxContext } from "./inbox-context.ts";

// A row that was claimed or finished since it was selected is kept.
const DISCARD = `DELETE FROM jobber_deliveries
  WHERE state IN (SELECT value FROM json_each(?)) AND sequence = ? RETURNING sequence`;

/** Creates `discard`. */
export function createDiscard(context: InboxContext): Inbox["discard"] {
  return (filter) => {
    const states = discardedStates(filter);
    return changeInBatches(context, { ...filter, states }, (transaction, sequences) =>
      changeRows(transaction, sequences, DISCARD, JSON.stringify(states)),
    );
  };
}
