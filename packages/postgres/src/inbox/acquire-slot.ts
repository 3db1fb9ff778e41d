import { type Inbox, MAX_SLOT_WAIT_MS } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { type InboxContext, nowValue } from "./inbox-context.ts";

/** Makes `acquireSlot`: core's `nextSlotAt` in one statement, decided under the lock of the tenant's row. */
export function createReserveFetch(context: InboxContext): Inbox["acquireSlot"] {
  const statement = acquireStatement(context);

  return async (tenant, { perSecond, maxWaitMs, now }) => {
    const values = [tenant, nowValue(context, now), 1000 / perSecond, maxWaitMs];
    const [wait] = await runStatement<number>(context.pool, statement, values);
    return wait ?? 0;
  };
}

/**
 * `$1` the tenant, `$2` now, `$3` the milliseconds between places, `$4` the longest wait. The wait is put down in the row because that is
 * the only place from which `RETURNING` can give what was decided under the lock.
 */
function acquireStatement({ schema }: InboxContext): string {
  const now = "coalesce($2::float8, (extract(epoch FROM statement_timestamp()) * 1000)::float8)";
  const last = `(${now} + ${MAX_SLOT_WAIT_MS})`;
  const budget = (nextPlace: string, nextTurn: string) => `
  SELECT CASE WHEN fits THEN least(place + step, last) ELSE place END,
    CASE WHEN fits THEN coalesce(${nextTurn}, now) ELSE least(turn + step, last) END,
    CASE WHEN fits THEN place ELSE turn END - now
  FROM (
    SELECT place, place - now <= $4::float8 AS fits, ${between("place", nextTurn, "last")} AS turn, now, last, $3::float8 AS step
    FROM (SELECT ${between(now, nextPlace, last)} AS place, ${now} AS now, ${last} AS last) AS placed
  ) AS decided`;
  return `
INSERT INTO ${schema.quoted}.jobber_tenants AS old (tenant, next_slot_at, next_retry_at, last_wait_ms)
SELECT $1, first.* FROM (${budget("NULL::float8", "NULL::float8")}) AS first
ON CONFLICT (tenant) DO UPDATE SET (next_slot_at, next_retry_at, last_wait_ms) =
  (${budget("old.next_slot_at", "old.next_retry_at")})
RETURNING last_wait_ms::text AS json`;
}

/** What lies beyond the last legitimate time was written by a clock that has been set back since. */
function between(first: string, wanted: string, last: string): string {
  return `CASE WHEN ${wanted} BETWEEN ${first} AND ${last} THEN ${wanted} ELSE ${first} END`;
}
