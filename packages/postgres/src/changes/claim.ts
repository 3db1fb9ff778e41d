import { randomUUID } from "node:crypto";
import { type ChangeFeed, claimedChange, type StoredChange } from "@jobber-sync/core/ports";
import { millisecondsSql } from "../database/times.ts";
import { runStatement } from "../database/transaction.ts";
import { COMMIT_LATER, nowSql, nowValue, wholeLimit } from "../inbox/inbox-context.ts";
import { laneHeldSql } from "../inbox/lane-sql.ts";
import { changeDueSql, type FeedContext, LINE } from "./feed-context.ts";

/** Changes that one claim moves behind a blocked one. The next claim continues. */
const MOVED_ROWS = 1000;

/** Creates `claim`. */
export function createClaim(context: FeedContext): ChangeFeed["claim"] {
  const statement = claimStatement(context);
  return async (
    { tenant, objectType, objectId },
    { leaseMs, now, limit = Number.POSITIVE_INFINITY },
  ) => {
    const id = randomUUID();
    const object = { tenant, objectType, objectId };
    const record = [tenant, objectType, objectId];
    const values = [...record, nowValue(context, now), wholeLimit(limit), id, leaseMs];
    const rows = await runStatement<StoredChange>(context.pool, statement, values);
    return rows.length === 0 ? null : { id, object, changes: rows.map(claimedChange) };
  };
}

/**
 * `$1` to `$3` the record, `$4` now, `$5` the limit, `$6` the claim's id, `$7` its lease. Locks the
 * beginning of the line, so that changes which another run has settled meanwhile are left out, then
 * takes the lane. Every statement locks changes before lanes.
 */
function claimStatement({ schema }: FeedContext): string {
  const changes = `${schema.quoted}.jobber_changes`;
  const at = "(excluded.until - excluded.lease_ms * interval '1 ms')";
  return `
WITH input AS MATERIALIZED (SELECT ${nowSql("$4")} AS now, ${COMMIT_LATER}),
line AS MATERIALIZED (
  SELECT * FROM ${changes} WHERE ${LINE} ORDER BY sequence LIMIT $5 FOR UPDATE
),
judged AS MATERIALIZED (
  SELECT line.*, ${changeDueSql("line", "input.now")} AS is_due FROM line, input
),
first AS MATERIALIZED (SELECT * FROM judged ORDER BY sequence LIMIT 1),
lane AS (
  INSERT INTO ${schema.quoted}.jobber_change_lanes AS lane (tenant, object_type, object_id, claim_id, until, lease_ms)
  SELECT $1, $2, $3, $6, now + $7::float8 * interval '1 ms', $7::float8 FROM first, input WHERE is_due
  ON CONFLICT (tenant, object_type, object_id) DO UPDATE SET
    claim_id = excluded.claim_id, until = excluded.until, lease_ms = excluded.lease_ms
  WHERE NOT ${laneHeldSql("lane", at)}
  RETURNING claim_id
),
behind AS (
  UPDATE ${changes} AS c SET (due_at, delay_ms) = (
    SELECT due_at, greatest(0, extract(epoch FROM due_at - now) * 1000) FROM first, input)
  WHERE c.sequence = ANY (ARRAY(
    SELECT c.sequence FROM ${changes} AS c, input
    WHERE (SELECT NOT is_due FROM first) AND ${LINE} AND ${changeDueSql("c", "input.now")}
    ORDER BY c.sequence LIMIT ${MOVED_ROWS} FOR UPDATE OF c SKIP LOCKED))
)
SELECT json_build_object(
  'sequence', sequence, 'objectType', object_type, 'tenant', tenant, 'cause', cause, 'ref', ref,
  'at', ${millisecondsSql("at")}, 'record', record, 'replaced', replaced,
  'initial', initial, 'replay', replay, 'attempts', attempts)::text AS json
FROM judged
WHERE EXISTS (SELECT FROM lane) AND NOT EXISTS (
  SELECT FROM judged AS other WHERE other.sequence <= judged.sequence AND NOT other.is_due)
ORDER BY sequence`;
}
