import { INBOX_DEFAULTS, type Inbox } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { aheadOfClock, type InboxContext, nowSql, nowValue } from "./inbox-context.ts";

const BATCH_ROWS = 1000;
// Stands for Infinity within the range of a timestamp.
const LONGEST_MS = 100 * 365 * 24 * 60 * 60 * 1000;

/** Creates `purge`. It works in batches, so that locks are short and transactions stay small. */
export function createPurge(context: InboxContext): NonNullable<Inbox["purge"]> {
  const deliveries = `${context.schema.quoted}.jobber_deliveries`;

  // $1 is now, $2 an offset in milliseconds.
  const oldest = (condition: string) => `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries}
  WHERE ${condition} AND finished_at < ${nowSql("$1")} + $2::float8 * interval '1 ms'
  ORDER BY finished_at LIMIT ${BATCH_ROWS} FOR UPDATE SKIP LOCKED
)`;
  const theChosen =
    "WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM chosen)) RETURNING d.sequence::text AS json";

  const eraseStatement = `${oldest("state = 'done' AND body IS NOT NULL")}
UPDATE ${deliveries} d SET body = NULL, body_sha256 = sha256(d.body) ${theChosen}`;

  const deleteStatement = `${oldest("state IN ('unresolved', 'quarantined', 'dead')")}
DELETE FROM ${deliveries} d ${theChosen}`;

  return async ({ now = context.now(), bodiesAfterMs, failedAfterMs, signal } = {}) => {
    const { retentionMs } = INBOX_DEFAULTS;
    const ahead = aheadOfClock(context, now);
    const bodies = await inBatches(eraseStatement, bodiesAfterMs ?? retentionMs);
    return { bodies, deliveries: await inBatches(deleteStatement, failedAfterMs ?? retentionMs) };

    async function inBatches(statement: string, ageMs: number): Promise<number> {
      const values = [nowValue(context, now), ahead - Math.min(ageMs, LONGEST_MS)];
      let rows = 0;
      while (!signal?.aborted) {
        const { length } = await runStatement(context.pool, statement, values);
        rows += length;
        if (length < BATCH_ROWS) break;
      }
      return rows;
    }
  };
}
