import type { Schema } from "../database/quote-schema.ts";
import { COMMIT_LATER, transactionNowSql } from "./inbox-context.ts";

/**
 * Builds the statement of `settle`, core's `settledRow` in SQL. `$1` the sequences, `$2` a JSON
 * object of settlements by sequence, `$3` a JSON list of the claims, `$4` now.
 *
 * Locks tenants, then rows by ascending sequence, then lanes in the order of their keys, and writes
 * only for claims that still have their lane. It frees a lane if no other row of its claim is left.
 *
 * Removes the refreshes that the claims have read, unless a request changed them meanwhile.
 *
 * No join on `sequence`: without statistics the planner repeats the whole list for each row of it.
 *
 * @param options.pausing whether rows pause. Then it locks their tenants, whose rows show whether
 * they were resumed since the claim, see `resume`. A resume dated in the future, by a fast clock,
 * counts only once.
 */
export function settleStatement(
  { quoted: schema }: Schema,
  { pausing }: { readonly pausing: boolean },
): string {
  const deliveries = `${schema}.jobber_deliveries`;
  const lanes = `${schema}.jobber_lanes`;
  const tenants = `
tenants AS (
  INSERT INTO ${schema}.jobber_tenants AS tenant (tenant)
  SELECT DISTINCT "tenant" COLLATE "C" AS tenant FROM claims
  WHERE pauses AND EXISTS (SELECT FROM ${lanes} lane WHERE lane.claim_id = claims.id AND lane.tenant = claims."tenant"
    AND lane.object_type = claims."objectType" AND lane.object_id = claims."objectId")
  ORDER BY tenant
  ON CONFLICT (tenant) DO UPDATE SET resumed_at = CASE
    WHEN tenant.resumed_at > (SELECT now FROM input) THEN (SELECT now FROM input) ELSE tenant.resumed_at END
  RETURNING tenant.tenant, tenant.resumed_at
),`;
  const resumed = `EXISTS (SELECT FROM tenants t WHERE t.tenant = d.tenant
      AND extract(epoch FROM t.resumed_at) * 1000
        >= least((given.json->>'claimedAt')::numeric, extract(epoch FROM given.now) * 1000))`;
  const becomes = pausing
    ? `CASE WHEN given.json->>'state' = 'paused' AND ${resumed} THEN 'waiting' ELSE given.json->>'state' END`
    : "given.json->>'state'";
  return `
WITH input AS MATERIALIZED (
  SELECT $2::text::jsonb AS json, ${transactionNowSql("$4")} AS now, ${COMMIT_LATER}
),
claims AS MATERIALIZED (
  SELECT x.* FROM json_to_recordset($3::text::json) AS x(
    id text, "tenant" text, "objectType" text, "objectId" text, pauses boolean, revision bigint)
),${pausing ? tenants : ""}
rows AS MATERIALIZED (
  SELECT sequence, claim_id FROM ${deliveries}
  WHERE sequence = ANY ($1::bigint[]) AND state = 'claimed'${pausing ? " AND (SELECT count(*) FROM tenants) >= 0" : ""}
  ORDER BY sequence FOR UPDATE
),
held AS MATERIALIZED (
  SELECT lane.* FROM claims JOIN ${lanes} lane ON lane.tenant = claims."tenant"
    AND lane.object_type = claims."objectType" AND lane.object_id = claims."objectId" AND lane.claim_id = claims.id
  WHERE (SELECT count(*) FROM rows) >= 0
  ORDER BY lane.tenant, lane.object_type, lane.object_id FOR UPDATE OF lane
),
settled AS (
  UPDATE ${deliveries} d SET (state, claim_id, due_at, delay_ms, attempts, retries, recheck_since, reason,
    error, paused_at, finished_at) = (
    SELECT becomes, NULL,
      CASE WHEN becomes = 'waiting' THEN now + after_ms * interval '1 ms' ELSE d.due_at END,
      CASE WHEN becomes = 'waiting' THEN greatest(0, after_ms) ELSE d.delay_ms END,
      coalesce((json->>'attempts')::integer, d.attempts),
      coalesce((json->>'retries')::integer, d.retries),
      CASE WHEN json->>'state' = 'waiting'
        THEN to_timestamp((json->>'recheckSince')::float8 / 1000) ELSE d.recheck_since END,
      CASE WHEN becomes <> 'done' THEN json->>'reason' END,
      CASE WHEN becomes <> 'done' THEN coalesce(json->>'error', d.error) END,
      CASE WHEN becomes = 'paused' THEN now ELSE d.paused_at END,
      CASE WHEN becomes NOT IN ('waiting', 'paused') THEN now END
    FROM (
      SELECT given.*, ${becomes} AS becomes, (given.json->>'afterMs')::float8 AS after_ms
      FROM (SELECT input.json->d.sequence::text AS json, input.now FROM input) AS given
    ) AS decided)
  WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM rows WHERE claim_id IN (SELECT claim_id FROM held)))
  RETURNING d.sequence, d.state
),
refreshed AS (
  DELETE FROM ${schema}.jobber_refreshes r USING held JOIN claims ON claims.id = held.claim_id
  WHERE r.object_id = held.object_id AND r.object_type = held.object_type AND r.tenant = held.tenant
    AND r.revision = claims.revision
),
freed AS (
  DELETE FROM ${lanes} lane USING held
  WHERE lane.tenant = held.tenant AND lane.object_type = held.object_type AND lane.object_id = held.object_id
    AND (SELECT count(*) FROM rows WHERE rows.claim_id = held.claim_id) = (
      SELECT count(*) FROM ${deliveries} d
      WHERE d.tenant = held.tenant AND d.object_type = held.object_type AND d.object_id = held.object_id
        AND d.state = 'claimed' AND d.claim_id = held.claim_id)
  RETURNING held.claim_id, held.wanted
)
SELECT json_build_object(
  'rows', (SELECT json_agg(json_build_array(sequence, state)) FROM settled),
  'held', (SELECT json_agg(claim_id) FROM held),
  'wanted', (SELECT json_agg(claim_id) FROM freed WHERE wanted)
)::text AS json`;
}
