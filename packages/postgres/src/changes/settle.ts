import type { ChangeFeed } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { runStatement } from "../database/transaction.ts";
import { COMMIT_LATER, nowSql, nowValue, sequenceArray } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";

/** Creates `settle`, which follows `changeRules.settledChange`. */
export function createSettle(context: FeedContext): ChangeFeed["settle"] {
  const statement = settleStatement(context);
  return async ({ id, object: { tenant, objectType, objectId } }, settlements) => {
    const now = context.now();
    const bySequence = Object.fromEntries(
      settlements.map(({ sequence, ...settlement }) => {
        // A relative time: the caller's clock and the database's may differ.
        const afterMs = settlement.state === "waiting" ? settlement.dueAt - now : 0;
        return [sequence, { ...settlement, afterMs }];
      }),
    );
    await runStatement(context.pool, statement, [
      tenant,
      objectType,
      objectId,
      id,
      sequenceArray(settlements),
      jsonText(bySequence),
      nowValue(context, now),
    ]);
    context.wake();
  };
}

/** `$1` to `$3` the record, `$4` claim, `$5` sequences, `$6` results by sequence, `$7` now. */
function settleStatement({ schema }: FeedContext): string {
  const changes = `${schema.quoted}.jobber_changes`;
  return `
WITH input AS MATERIALIZED (SELECT ${nowSql("$7")} AS now, $6::text::jsonb AS json, ${COMMIT_LATER}),
rows AS MATERIALIZED (
  SELECT sequence FROM ${changes} WHERE sequence = ANY ($5::bigint[]) AND state = 'waiting'
  ORDER BY sequence FOR UPDATE
),
freed AS (
  DELETE FROM ${schema.quoted}.jobber_change_lanes
  WHERE tenant = $1 AND object_type = $2 AND object_id = $3 AND claim_id = $4
    AND (SELECT count(*) FROM rows) >= 0
  RETURNING claim_id
)
UPDATE ${changes} AS c SET (state, due_at, delay_ms, attempts, reason, error, finished_at) = (
  SELECT json->>'state',
    CASE WHEN json->>'state' = 'waiting' THEN now + after_ms * interval '1 ms' ELSE c.due_at END,
    CASE WHEN json->>'state' = 'waiting' THEN greatest(0, after_ms) ELSE c.delay_ms END,
    coalesce((json->>'attempts')::integer, c.attempts),
    json->>'reason', json->>'error',
    CASE WHEN json->>'state' <> 'waiting' THEN now END
  FROM (
    SELECT given.json, given.now, (given.json->>'afterMs')::float8 AS after_ms
    FROM (SELECT input.json->c.sequence::text AS json, input.now FROM input) AS given
  ) AS settled)
WHERE c.sequence = ANY (ARRAY(SELECT sequence FROM rows WHERE EXISTS (SELECT FROM freed)))
RETURNING 'true' AS json`;
}
