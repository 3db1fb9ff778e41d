import { type ChangeFeed, changeRules } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { aheadOfClock, nowSql, nowValue } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";

const BATCH_ROWS = 1000;
// Stands for Infinity within the range of a timestamp.
const LONGEST_MS = 100 * 365 * 24 * 60 * 60 * 1000;

/** Creates `purge`. It works in batches, so that locks are short and transactions stay small. */
export function createPurge(context: FeedContext): ChangeFeed["purge"] {
  const changes = `${context.schema.quoted}.jobber_changes`;
  const { doneAfterMs: defaultMs } = changeRules.CHANGE_DEFAULTS;
  // $1 now, $2 an offset in milliseconds: changes done before $1 + $2 are deleted.
  const statement = `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${changes}
  WHERE state = 'done' AND finished_at < ${nowSql("$1")} + $2::float8 * interval '1 ms'
  ORDER BY finished_at LIMIT ${BATCH_ROWS} FOR UPDATE SKIP LOCKED
)
DELETE FROM ${changes} c WHERE c.sequence = ANY (ARRAY(SELECT sequence FROM chosen))
RETURNING c.sequence::text AS json`;

  return async ({ now = context.now(), doneAfterMs = defaultMs, signal } = {}) => {
    const offset = aheadOfClock(context, now) - Math.min(doneAfterMs, LONGEST_MS);
    let deleted = 0;
    while (!signal?.aborted) {
      const values = [nowValue(context, now), offset];
      const { length } = await runStatement(context.pool, statement, values);
      deleted += length;
      if (length < BATCH_ROWS) break;
    }
    return deleted;
  };
}
