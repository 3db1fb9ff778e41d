import { type Inbox, type ObjectRef, replayedStates } from "@jobber-sync/core/ports";
import { runTransaction } from "../database/transaction.ts";
import { filterSql } from "./filter-sql.ts";
import { type InboxContext, nowValue, transactionNowSql } from "./inbox-context.ts";
import { distinctWakeUps, wakeLater } from "./wake-later.ts";

interface Replayed extends ObjectRef {
  readonly sequence: number;
}

const BATCH_ROWS = 1000;

/**
 * Creates `replay`. It works in batches by ascending sequence; one transaction updates the rows of
 * a batch and writes their wake-ups. It never goes back, so a row that fails again meanwhile is not
 * replayed twice.
 */
export function createReplay(context: InboxContext): Inbox["replay"] {
  const { pool } = context;

  return async (filter, { now = context.now() } = {}) => {
    const { conditions, values } = filterSql({ ...filter, states: replayedStates(filter) });
    const statement = replayStatement(context, conditions, values.length);
    const limit = filter.limit ?? Number.POSITIVE_INFINITY;
    let last = 0;
    let replayed = 0;
    while (replayed < limit) {
      const wanted = Math.min(BATCH_ROWS, limit - replayed);
      const parameters = [...values, last, wanted, now, nowValue(context, now)];
      const rows = await runTransaction(pool, async (run, client) => {
        const batch = await run<Replayed>(statement, parameters);
        await wakeLater(context, client, distinctWakeUps(batch));
        return batch;
      });
      replayed += rows.length;
      if (rows.length < wanted) break;
      last = Math.max(...rows.map(({ sequence }) => sequence));
    }
    return replayed;
  };
}

/**
 * Appends four parameters: the last sequence of the previous batch, the limit, `started_at`,
 * `due_at`.
 */
function replayStatement(
  { schema }: InboxContext,
  conditions: readonly string[],
  before: number,
): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  const parameter = (index: number) => `$${before + index}`;
  const [last, limit, startedAt, dueAt] = [parameter(1), parameter(2), parameter(3), parameter(4)];
  return `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries}
  WHERE ${conditions.join(" AND ")} AND sequence > ${last} AND body IS NOT NULL
  ORDER BY sequence LIMIT ${limit} FOR UPDATE SKIP LOCKED
)
UPDATE ${deliveries} d SET state = 'waiting', attempts = 0, retries = 0, recheck_since = NULL,
  paused_at = NULL, paused_ms = 0,
  reason = CASE WHEN d.state = 'quarantined' THEN d.reason END, error = NULL, finished_at = NULL,
  started_at = to_timestamp(${startedAt}::float8 / 1000), due_at = ${transactionNowSql(dueAt)}, delay_ms = 0
WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM chosen))
RETURNING json_build_object(
  'sequence', d.sequence, 'tenant', d.tenant, 'objectType', d.object_type, 'objectId', d.object_id)::text AS json`;
}
