import type { Schema } from "../database/quote-schema.ts";
import { transactionNowSql } from "./inbox-context.ts";

/**
 * Builds the statement that merges requests into refreshes, core's `mergedRefresh` in SQL. `$1` a
 * JSON list of requests, of different objects, `$2` now. Writes in the order of the keys, so that
 * concurrent statements cannot deadlock.
 */
export function refreshStatement({ quoted: schema, sequence }: Schema): string {
  return `
WITH input AS MATERIALIZED (SELECT ${transactionNowSql("$2")} AS now)
INSERT INTO ${schema}.jobber_refreshes AS r (tenant, object_type, object_id, due_at, delay_ms, last_at, account_id,
  since, occurred_at, missing_since, retries, revision)
SELECT "tenant", "objectType", "objectId", now + "afterMs" * interval '1 ms', greatest(0, "afterMs"), "lastAt", "accountId",
  since, "occurredAt", "missingSince", retries, nextval(${sequence})
FROM input, json_to_recordset($1::text::json) AS x("tenant" text, "objectType" text, "objectId" text, "afterMs" float8,
  "lastAt" float8, "accountId" text, since float8, "occurredAt" float8, "missingSince" float8, retries integer)
ORDER BY "tenant" COLLATE "C", "objectType" COLLATE "C", "objectId" COLLATE "C"
ON CONFLICT (object_id, object_type, tenant) DO UPDATE SET
  due_at = least(r.due_at, excluded.due_at),
  delay_ms = CASE WHEN excluded.due_at < r.due_at THEN excluded.delay_ms ELSE r.delay_ms END,
  last_at = greatest(r.last_at, excluded.last_at),
  account_id = coalesce(excluded.account_id, r.account_id),
  since = greatest(r.since, excluded.since),
  occurred_at = greatest(r.occurred_at, excluded.occurred_at),
  missing_since = coalesce(r.missing_since, excluded.missing_since),
  retries = greatest(r.retries, excluded.retries),
  revision = excluded.revision`;
}
