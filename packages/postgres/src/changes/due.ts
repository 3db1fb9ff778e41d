import type { ChangeFeed, ObjectRef } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { runTransaction } from "../database/transaction.ts";
import { nowSql, nowValue, OBJECT_JSON, wholeLimit } from "../inbox/inbox-context.ts";
import { laneHeldSql } from "../inbox/lane-sql.ts";
import { committedInFutureSql, delayedInFutureSql, type FeedContext } from "./feed-context.ts";

// As for deliveries: without statistics the planner would sort a backlog instead of walking an
// index.
const INDEX_ORDER = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off";

/** Creates `due`. */
export function createDue(context: FeedContext): ChangeFeed["due"] {
  const statement = dueStatement(context);
  return ({ now, limit, exclude = [], excludeTenants = [] }) => {
    const values = [
      nowValue(context, now),
      wholeLimit(limit),
      jsonText(exclude),
      jsonText(excludeTenants),
    ];
    return runTransaction(context.pool, async (run, client) => {
      await client.query(INDEX_ORDER);
      return run<ObjectRef>(statement, values);
    });
  };
}

/**
 * Returns records whose lane is not held, longest due first, the first record of each tenant before
 * the second of any. `$1` now, `$2` the maximum number of records, `$3` a JSON list of records to
 * exclude, `$4` one of tenants to exclude.
 *
 * Walks the tenants, and in each the beginning of three indexes, so that the cost depends on the
 * number of tenants and not on their backlogs.
 */
function dueStatement({ schema }: FeedContext): string {
  const changes = `${schema.quoted}.jobber_changes`;
  const object = "d.tenant, d.object_type, d.object_id";
  const wanted = "tenant NOT IN (SELECT tenant FROM excluded_tenants)";
  const free = `d.${wanted} AND (${object}) NOT IN (SELECT "tenant", "objectType", "objectId" FROM excluded)
      AND (${object}) NOT IN (SELECT tenant, object_type, object_id FROM held)`;
  const few = "LIMIT least($2::int, 1000) + 100";
  const waiting = (condition: string) => `
      (SELECT ${object}, d.due_at FROM ${changes} d
       WHERE d.tenant = tenants.tenant AND state = 'waiting' AND ${condition} AND ${free}
       ORDER BY due_at ${few})`;
  const nextTenant = (after: string) => {
    const first = (condition: string) => `(SELECT d.tenant FROM ${changes} d
    WHERE d.state = 'waiting' AND ${condition}${after} ORDER BY d.tenant LIMIT 1)`;
    return `least(${first("d.delay_ms = 0")}, ${first("d.delay_ms > 0")})`;
  };
  return `
WITH RECURSIVE input AS MATERIALIZED (SELECT ${nowSql("$1")} AS now),
excluded AS MATERIALIZED (
  SELECT * FROM json_to_recordset($3::text::json) AS x("tenant" text, "objectType" text, "objectId" text)
),
excluded_tenants AS MATERIALIZED (SELECT json_array_elements_text($4::text::json) AS tenant),
held AS MATERIALIZED (
  SELECT tenant, object_type, object_id FROM input, ${schema.quoted}.jobber_change_lanes lane
  WHERE ${laneHeldSql("lane", "input.now")}
),
tenants AS (
  SELECT ${nextTenant("")} AS tenant
  UNION ALL
  SELECT ${nextTenant(" AND d.tenant > tenants.tenant")} FROM tenants WHERE tenant IS NOT NULL
),
found AS (
  SELECT ${object}, min(d.due_at) AS due_at FROM (
    SELECT d.* FROM input, (SELECT tenant FROM tenants WHERE ${wanted}) AS tenants CROSS JOIN LATERAL (
      ${waiting("delay_ms = 0 AND due_at <= input.now")}
      UNION ALL ${waiting("delay_ms > 0 AND due_at <= input.now")}
      UNION ALL ${waiting(committedInFutureSql("input.now"))}
    ) AS d
    UNION ALL
    (SELECT ${object}, d.due_at FROM input, ${changes} d
     WHERE state = 'waiting' AND ${delayedInFutureSql("input.now")} AND ${free} ${few})
  ) AS d GROUP BY ${object}
),
ranked AS (
  SELECT d.*, row_number() OVER (PARTITION BY d.tenant ORDER BY d.due_at) AS rank FROM found d
)
SELECT ${OBJECT_JSON} FROM ranked d ORDER BY rank, due_at LIMIT $2::int`;
}
