import type { Inbox, ObjectRef } from "@jobber-sync/core/ports";
import { runTransaction } from "../database/transaction.ts";
import {
  aheadOfClock,
  type InboxContext,
  nowValue,
  OBJECT_JSON,
  transactionNowSql,
} from "./inbox-context.ts";
import { distinctWakeUps, wakeLater } from "./wake-later.ts";

// All rows of an object are in one batch, so that it gets one wake-up.
const BATCH_OBJECTS = 500;

/**
 * Creates `resume`. It first records its time under the tenant's row lock, which a settlement as
 * `paused` takes too. A settlement that held the lock first has committed, so its rows are found
 * below; a later one sees the recorded time and returns its rows to waiting.
 */
export function createResume(context: InboxContext): Inbox["resume"] {
  const { pool, schema } = context;
  // Not `excluded`: that was computed before waiting for the lock.
  const resumedAt = "coalesce(to_timestamp($2::float8 / 1000), clock_timestamp())";
  const noteStatement = `
INSERT INTO ${schema.quoted}.jobber_tenants AS tenant (tenant, resumed_at) VALUES ($1, ${resumedAt})
ON CONFLICT (tenant) DO UPDATE SET resumed_at = ${resumedAt}
RETURNING 'true' AS json`;
  const statement = resumeStatement(context);

  return async (tenant, { now = context.now() } = {}) => {
    const clock = [nowValue(context, now), aheadOfClock(context, now)];
    let resumed = 0;
    let last: readonly string[] = ["", ""];
    for (let first = true; ; first = false) {
      const rows = await runTransaction(pool, async (run, client) => {
        if (first) await run(noteStatement, [tenant, nowValue(context, now)]);
        const batch = await run<ObjectRef>(statement, [tenant, ...clock, ...last]);
        await wakeLater(context, client, distinctWakeUps(batch));
        return batch;
      });
      resumed += rows.length;
      const objects = distinctWakeUps(rows);
      if (objects.length < BATCH_OBJECTS) return resumed;
      const greatest = objects.reduce((a, b) => (isBefore(a, b) ? b : a));
      last = [greatest.objectType, greatest.objectId];
    }
  };
}

/**
 * `$1` tenant, `$2` now, `$3` its offset in milliseconds, `$4` and `$5` the last object of the
 * previous batch.
 */
function resumeStatement({ schema }: InboxContext): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  const at = `(${transactionNowSql("$2")} + $3::float8 * interval '1 ms')`;
  return `
WITH objects AS MATERIALIZED (
  SELECT DISTINCT object_type, object_id FROM ${deliveries}
  WHERE tenant = $1 AND state = 'paused' AND (object_type, object_id) > ($4, $5)
  ORDER BY object_type, object_id LIMIT ${BATCH_OBJECTS}
),
chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries} d JOIN objects USING (object_type, object_id)
  WHERE d.tenant = $1 AND d.state = 'paused'
  ORDER BY sequence FOR UPDATE OF d
)
UPDATE ${deliveries} d SET state = 'waiting', paused_at = NULL,
  paused_ms = d.paused_ms
    + greatest(0, coalesce(round(extract(epoch FROM ${at} - d.paused_at) * 1000), 0))::bigint,
  due_at = ${transactionNowSql("$2")}, delay_ms = 0
WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM chosen))
RETURNING ${OBJECT_JSON}`;
}

/** Compares like PostgreSQL's collation "C": by bytes. */
function isBefore(a: ObjectRef, b: ObjectRef): boolean {
  const byType = Buffer.compare(Buffer.from(a.objectType), Buffer.from(b.objectType));
  return (byType || Buffer.compare(Buffer.from(a.objectId), Buffer.from(b.objectId))) < 0;
}
