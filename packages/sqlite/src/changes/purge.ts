import { type ChangeFeed, changeRules } from "@jobber-sync/core/ports";
import { changeRows, MAX_ROWS } from "../inbox/change-rows.ts";
import type { FeedContext } from "./feed-context.ts";

const OLD = `SELECT sequence FROM jobber_changes INDEXED BY jobber_changes_done
  WHERE state = 'done' AND finished_at < ? LIMIT ?`;
// A replay may have set the change waiting meanwhile.
const DELETE = `DELETE FROM jobber_changes WHERE state = 'done' AND finished_at < ? AND sequence = ?
  RETURNING sequence`;

/** Creates `purge`. Works in batches, so that other writes run in between. */
export function createPurge({ database, now: clock }: FeedContext): ChangeFeed["purge"] {
  const { doneAfterMs: defaultMs } = changeRules.CHANGE_DEFAULTS;
  return async ({ now = clock(), doneAfterMs = defaultMs, signal } = {}) => {
    const before = now - doneAfterMs;
    let deleted = 0;
    while (!signal?.aborted) {
      const sequences = database
        .read((connection) => connection.all<{ readonly sequence: number }>(OLD, before, MAX_ROWS))
        .map(({ sequence }) => sequence);
      if (sequences.length === 0) break;
      deleted += await database.write((transaction) =>
        changeRows(transaction, sequences, DELETE, before),
      );
    }
    return deleted;
  };
}
