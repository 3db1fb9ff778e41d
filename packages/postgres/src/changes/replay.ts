import { type ChangeFeed, changeRules } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { nowSql, nowValue } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";
import { changeFilterSql } from "./list.ts";

const BATCH_ROWS = 1000;

/** Creates `replay`, which follows `changeRules.replayedChange`. Works in batches. */
export function createReplay(context: FeedContext): ChangeFeed["replay"] {
  const changes = `${context.schema.quoted}.jobber_changes`;
  return async (filter, { now = context.now() } = {}) => {
    const states = changeRules.replayedChangeStates(filter);
    const { conditions, values } = changeFilterSql({ ...filter, states });
    const [last, wanted, at] = [1, 2, 3].map((index) => `$${values.length + index}`);
    const statement = `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${changes} WHERE ${conditions.join(" AND ")} AND sequence > ${last}
  ORDER BY sequence LIMIT ${wanted} FOR UPDATE SKIP LOCKED
)
UPDATE ${changes} c SET state = 'waiting', attempts = 0, due_at = ${nowSql(at ?? "")}, delay_ms = 0,
  reason = NULL, error = NULL, replay = true, finished_at = NULL
WHERE c.sequence = ANY (ARRAY(SELECT sequence FROM chosen)) RETURNING c.sequence::text AS json`;
    const limit = filter.limit ?? Number.POSITIVE_INFINITY;
    let greatest = 0;
    let replayed = 0;
    while (replayed < limit) {
      const count = Math.min(BATCH_ROWS, limit - replayed);
      const parameters = [...values, greatest, count, nowValue(context, now)];
      const rows = await runStatement<number>(context.pool, statement, parameters);
      replayed += rows.length;
      context.wake();
      if (rows.length < count) break;
      greatest = Math.max(...rows);
    }
    return replayed;
  };
}
