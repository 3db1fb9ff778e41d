import { type Inbox, MAX_SLOT_WAIT_MS } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { type InboxContext, nowValue } from "./inbox-context.ts";

/**
 * Creates `acquireSlot`: core's `nextSlotAt` as one statement that decides under the tenant's row
 * lock.
 */
export function createAcquireSlot(context: InboxContext): Inbox["acquireSlot"] {
  const statement = acquireStatement(context);

  return async (tenant, { perSecond, maxWaitMs, now }) => {
    const values = [tenant, nowValue(context, now), 1000 / perSecond, maxWaitMs];
    const [wait] = await runStatement<number>(context.pool, statement, values);
    return wait ?? 0;
  };
}

/**
 * `$1` tenant, `$2` now, `$3` milliseconds between slots, `$4` the longest wait. The wait is stored
 * in the row because `RETURNING` can only return columns of the row as it is after the write.
 */
function acquireStatement({ schema }: InboxContext): string {
  const now = "coalesce($2::float8, (extract(epoch FROM statement_timestamp()) * 1000)::float8)";
  const last = `(${now} + ${MAX_SLOT_WAIT_MS})`;
  const budget = (nextSlot: string, nextRetry: string) => `
  SELECT CASE WHEN fits THEN least(slot + step, last) ELSE slot END,
    CASE WHEN fits THEN coalesce(${nextRetry}, now) ELSE least(retry + step, last) END,
    CASE WHEN fits THEN slot ELSE retry END - now
  FROM (
    SELECT slot, slot - now <= $4::float8 AS fits, ${between("slot", nextRetry, "last")} AS retry,
      now, last, $3::float8 AS step
    FROM (SELECT ${between(now, nextSlot, last)} AS slot, ${now} AS now, ${last} AS last) AS placed
  ) AS decided`;
  return `
INSERT INTO ${schema.quoted}.jobber_tenants AS old (tenant, next_slot_at, next_retry_at, last_wait_ms)
SELECT $1, first.* FROM (${budget("NULL::float8", "NULL::float8")}) AS first
ON CONFLICT (tenant) DO UPDATE SET (next_slot_at, next_retry_at, last_wait_ms) =
  (${budget("old.next_slot_at", "old.next_retry_at")})
RETURNING last_wait_ms::text AS json`;
}

/** Discards a stored time beyond `last`: a clock that was set back since has written it. */
function between(first: string, wanted: string, last: string): string {
  return `CASE WHEN ${wanted} BETWEEN ${first} AND ${last} THEN ${wanted} ELSE ${first} END`;
}
