import type { Inbox } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { type InboxContext, nowSql, nowValue, sequenceArray } from "./inbox-context.ts";

/** Creates `extend`. */
export function createExtend(context: InboxContext): Inbox["extend"] {
  const deliveries = `${context.schema.quoted}.jobber_deliveries`;
  const statement = `
WITH held AS MATERIALIZED (
  SELECT sequence FROM ${deliveries}
  WHERE sequence = ANY ($1::bigint[]) AND state = 'claimed' AND claim_id = $2
  ORDER BY sequence FOR UPDATE
)
UPDATE ${deliveries} d SET due_at = ${nowSql("$3")} + $4::float8 * interval '1 ms'
WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM held))
RETURNING d.sequence::text AS json`;

  return async ({ id, deliveries: claimed }, { leaseMs, now }) => {
    const values = [sequenceArray(claimed), id, nowValue(context, now), leaseMs];
    const rows = await runStatement<number>(context.pool, statement, values);
    return rows.length === claimed.length;
  };
}
