import { type ChangeFeed, changeRules } from "@jobber-sync/core/ports";
import { changeRows, MAX_ROWS } from "../inbox/change-rows.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";
import { selectChanges } from "./list.ts";

const REPLAY = `UPDATE jobber_changes
  SET state = 'waiting', attempts = 0, due_at = ?, delay_ms = 0, reason = NULL, error = NULL, replay = 1, finished_at = NULL
  WHERE sequence = ? AND state <> 'waiting'
  RETURNING sequence`;

/** Creates `replay`, which follows `changeRules.replayedChange`. Works in batches. */
export function createReplay({ database, now: clock, wake }: FeedContext): ChangeFeed["replay"] {
  return async (filter, { now = clock() } = {}) => {
    const chosen = { ...filter, states: changeRules.replayedChangeStates(filter) };
    let replayed = 0;
    let after = 0;
    let left = filter.limit ?? Number.POSITIVE_INFINITY;
    while (left > 0) {
      const batch = { after, limit: Math.min(left, MAX_ROWS) };
      const sequences = database
        .read((connection) =>
          selectChanges<{ readonly sequence: number }>(connection, "sequence", chosen, batch),
        )
        .map(({ sequence }) => sequence);
      const last = sequences.at(-1);
      if (last === undefined) break;
      replayed += await database.write(
        (transaction) => changeRows(transaction, sequences, REPLAY, wholeMs(now)),
        { onCommit: wake },
      );
      after = last;
      left -= sequences.length;
    }
    return replayed;
  };
}
