import type { Inbox, ObjectRef } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { runTransaction } from "../database/transaction.ts";
import { type InboxContext, nowSql, nowValue, OBJECT_JSON, wholeLimit } from "./inbox-context.ts";
import {
  arrivedInFutureSql,
  DELAYED,
  debouncedSql,
  delayedInFutureSql,
  laneHeldSql,
  PROMPT,
  refreshInFutureSql,
} from "./lane-sql.ts";

/** Options for {@link createLook}. */
export interface LookOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly limit: number;
  readonly exclude?: readonly ObjectRef[] | undefined;
  readonly excludeTenants?: readonly string[] | undefined;
  /** Whether debounced rows count as due. @default false */
  readonly debounced?: boolean | undefined;
  /** Minimum time for which waiting rows must have been due. Milliseconds. @default 0 */
  readonly overdueMs?: number | undefined;
}

/**
 * Without statistics of a backlog the planner would read all of it, to sort it, instead of walking
 * an index.
 */
const INDEX_ORDER = "SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off";

/** Creates the query for objects with due rows. */
export function createLook(
  context: InboxContext,
): (options: LookOptions) => Promise<readonly ObjectRef[]> {
  const statement = dueStatement(context);
  return ({ now, limit, debounced = false, exclude = [], excludeTenants = [], overdueMs = 0 }) => {
    const values = [
      nowValue(context, now),
      wholeLimit(limit),
      overdueMs,
      jsonText(exclude),
      jsonText(excludeTenants),
      debounced,
    ];
    return runTransaction(context.pool, async (run, client) => {
      await client.query(INDEX_ORDER);
      return run<ObjectRef>(statement, values);
    });
  };
}

/** More than the ranks of deliveries, which come before refreshes. */
const AFTER_DELIVERIES = "1000000000";

/** Creates `due`. */
export function createDue(context: InboxContext): Inbox["due"] {
  return createLook(context);
}

/**
 * Returns objects whose lane is not held: first those with rows of a dead worker, then those with
 * waiting rows, then those with a refresh, longest due first, the first object of each tenant
 * before the second of any. `$1` now, `$2` the maximum number of objects, `$3` for how long waiting
 * rows must have been due, `$4` a JSON list of objects to exclude, `$5` one of tenants to exclude,
 * `$6` whether debounced rows count as due.
 *
 * Walks the tenants, and in each the beginning of four indexes, so that the cost depends on the
 * number of tenants and not on their backlogs.
 */
function dueStatement({ schema }: InboxContext): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  const refreshes = `${schema.quoted}.jobber_refreshes`;
  const object = "d.tenant, d.object_type, d.object_id";
  const since = "(input.now - $3::float8 * interval '1 ms')";
  const wanted = "tenant NOT IN (SELECT tenant FROM excluded_tenants)";
  const free = `d.${wanted} AND (${object}) NOT IN (SELECT "tenant", "objectType", "objectId" FROM excluded)
      AND (${object}) NOT IN (SELECT tenant, object_type, object_id FROM held)`;
  const few = "LIMIT least($2::int, 1000) + 100";
  const waiting = (condition: string) => `
      (SELECT ${object}, d.due_at FROM ${deliveries} d
       WHERE d.tenant = tenants.tenant AND state = 'waiting' AND ${condition} AND ${free}
       ORDER BY due_at ${few})`;
  const nextTenant = (after: string) => {
    const first = (condition: string) => `(SELECT d.tenant FROM ${deliveries} d
    WHERE d.state = 'waiting' AND ${condition}${after} ORDER BY d.tenant LIMIT 1)`;
    const refreshed = `(SELECT d.tenant FROM ${refreshes} d WHERE true${after} ORDER BY d.tenant LIMIT 1)`;
    return `least(${first(PROMPT)}, ${first(DELAYED)}, ${refreshed})`;
  };
  return `
WITH RECURSIVE input AS MATERIALIZED (SELECT ${nowSql("$1")} AS now),
excluded AS MATERIALIZED (
  SELECT * FROM json_to_recordset($4::text::json) AS x("tenant" text, "objectType" text, "objectId" text)
),
excluded_tenants AS MATERIALIZED (SELECT json_array_elements_text($5::text::json) AS tenant),
held AS MATERIALIZED (
  SELECT tenant, object_type, object_id FROM input, ${schema.quoted}.jobber_lanes lane
  WHERE ${laneHeldSql("lane", "input.now")}
),
tenants AS (
  SELECT ${nextTenant("")} AS tenant
  UNION ALL
  SELECT ${nextTenant(" AND d.tenant > tenants.tenant")} FROM tenants WHERE tenant IS NOT NULL
),
found AS (
  SELECT ${object}, min(d.due_at) AS due_at, 0 AS rank FROM ${deliveries} d
  WHERE d.state = 'claimed' AND ${free}
  GROUP BY ${object}
  UNION ALL
  SELECT d.tenant, d.object_type, d.object_id, d.due_at, row_number() OVER (PARTITION BY d.tenant ORDER BY d.due_at)
  FROM (
    SELECT ${object}, min(d.due_at) AS due_at FROM (
      SELECT d.* FROM input, (SELECT tenant FROM tenants WHERE ${wanted}) AS tenants CROSS JOIN LATERAL (
        ${waiting(`${PROMPT} AND due_at <= ${since}`)}
        UNION ALL ${waiting(`${DELAYED} AND due_at <= ${since}`)}
        UNION ALL ${waiting(`${PROMPT} AND due_at > ${since} AND $6::boolean AND ${debouncedSql("d")}`)}
        UNION ALL ${waiting(arrivedInFutureSql("input.now"))}
      ) AS d
      UNION ALL
      (SELECT ${object}, d.due_at FROM input, ${deliveries} d
       WHERE state = 'waiting' AND ${delayedInFutureSql("input.now")} AND ${free} ${few})
    ) AS d GROUP BY ${object}
  ) AS d
  UNION ALL
  SELECT ${object}, d.due_at, ${AFTER_DELIVERIES} + row_number() OVER (PARTITION BY d.tenant ORDER BY d.due_at)
  FROM (
    SELECT d.* FROM input, (SELECT tenant FROM tenants WHERE ${wanted}) AS tenants CROSS JOIN LATERAL (
      SELECT ${object}, d.due_at FROM ${refreshes} d
      WHERE d.tenant = tenants.tenant AND due_at <= ${since} AND ${free} ORDER BY due_at ${few}
    ) AS d
    UNION ALL
    (SELECT ${object}, d.due_at FROM input, ${refreshes} d
     WHERE ${refreshInFutureSql("input.now")} AND ${free} ${few})
  ) AS d
)
SELECT ${OBJECT_JSON}
FROM (
  SELECT ${object}, min(rank) AS rank, min(due_at) AS due_at FROM found d GROUP BY ${object}
) AS d
ORDER BY rank, due_at LIMIT $2::int`;
}
