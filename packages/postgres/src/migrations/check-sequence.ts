import { JobberSyncError } from "@jobber-sync/core";
import type { Schema } from "../database/quote-schema.ts";
import type { SessionPool } from "../database/sql-pool.ts";
import { runStatement } from "../database/transaction.ts";

/**
 * Verifies that the sequence is ahead of the rows. After a restore that left the sequence behind,
 * deliveries would collide with stored ones, and new data would lose against older data.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`
 */
export async function checkSequence(pool: SessionPool, schema: Schema): Promise<void> {
  const { quoted, sequence } = schema;
  const [numbers] = await runStatement<{ readonly last: number; readonly highest: number }>(
    pool,
    `WITH RECURSIVE tenants AS (
  SELECT min(tenant) AS tenant FROM ${quoted}.jobber_submissions
  UNION ALL
  SELECT (SELECT min(s.tenant) FROM ${quoted}.jobber_submissions s WHERE s.tenant > tenants.tenant)
  FROM tenants WHERE tenant IS NOT NULL
)
SELECT json_build_object(
  'last', coalesce(pg_sequence_last_value(${sequence}::regclass), 0),
  'highest', greatest(0,
    (SELECT max(sequence) FROM ${quoted}.jobber_deliveries),
    (SELECT max((SELECT max(position) FROM ${quoted}.jobber_submissions s WHERE s.tenant = tenants.tenant))
     FROM tenants))
)::text AS json`,
    [],
  );
  if (numbers === undefined || numbers.last >= numbers.highest) return;
  throw new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `The sequence is at ${numbers.last}, but rows go up to ${numbers.highest}: it was probably reset by a restore. As its owner, run: SELECT setval(${sequence}, ${numbers.highest});`,
  );
}
