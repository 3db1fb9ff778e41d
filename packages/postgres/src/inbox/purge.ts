import { INBOX_DEFAULTS, type Inbox, PARENTS_AFTER_MS } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { aheadOfClock, type InboxContext, nowSql, nowValue } from "./inbox-context.ts";

const BATCH_ROWS = 1000;
// Stands for Infinity within the range of a timestamp.
const LONGEST_MS = 100 * 365 * 24 * 60 * 60 * 1000;

/** Creates `purge`. It works in batches, so that locks are short and transactions stay small. */
export function createPurge(context: InboxContext): NonNullable<Inbox["purge"]> {
  const statements = purgeStatements(context);

  return async ({
    now = context.now(),
    bodiesAfterMs = INBOX_DEFAULTS.retentionMs,
    failedAfterMs = INBOX_DEFAULTS.retentionMs,
    doneAfterMs = INBOX_DEFAULTS.doneAfterMs,
    parentsAfterMs = PARENTS_AFTER_MS,
    signal,
  } = {}) => {
    const offset = (ageMs: number) => aheadOfClock(context, now) - Math.min(ageMs, LONGEST_MS);
    const inBatches = async (statement: string, ...offsets: readonly number[]) => {
      let rows = 0;
      while (!signal?.aborted) {
        const values = [nowValue(context, now), ...offsets];
        const { length } = await runStatement(context.pool, statement, values);
        rows += length;
        if (length < BATCH_ROWS) break;
      }
      return rows;
    };
    const bodies = await inBatches(statements.erase, offset(bodiesAfterMs), offset(doneAfterMs));
    const failed = await inBatches(statements.deleteFailed, offset(failedAfterMs));
    const done = await inBatches(statements.deleteDone, offset(doneAfterMs));
    const erased = await inBatches(statements.deleteErased, offset(doneAfterMs));
    await inBatches(statements.forgetParents, offset(parentsAfterMs));
    return { bodies, deliveries: failed + done + erased };
  };
}

/** `$1` now, `$2` an offset in milliseconds: rows finished before `$1 + $2` are purged. */
function purgeStatements({ schema }: InboxContext) {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  const time = (offset: string) => `${nowSql("$1")} + ${offset}::float8 * interval '1 ms'`;
  const oldest = (condition: string) => `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries}
  WHERE ${condition} AND finished_at < ${time("$2")}
  ORDER BY finished_at LIMIT ${BATCH_ROWS} FOR UPDATE SKIP LOCKED
)`;
  const chosen =
    "WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM chosen)) RETURNING d.sequence::text AS json";
  const deletion = (condition: string) => `${oldest(condition)}
DELETE FROM ${deliveries} d ${chosen}`;

  return {
    // Rows that the purge deletes afterwards keep their body until then.
    erase: `${oldest(`state = 'done' AND body IS NOT NULL AND finished_at >= ${time("$3")}`)}
UPDATE ${deliveries} d SET body = NULL, body_sha256 = sha256(d.body) ${chosen}`,
    deleteFailed: deletion("state IN ('unresolved', 'quarantined', 'dead')"),
    // One statement per partial index.
    deleteDone: deletion("state = 'done' AND body IS NOT NULL"),
    deleteErased: deletion("state = 'done' AND body IS NULL"),
    forgetParents: `
DELETE FROM ${schema.quoted}.jobber_parents WHERE (object_id, object_type, tenant) IN (
  SELECT object_id, object_type, tenant FROM ${schema.quoted}.jobber_parents
  WHERE seen_at < ${time("$2")} LIMIT ${BATCH_ROWS}) RETURNING 'true' AS json`,
  };
}
