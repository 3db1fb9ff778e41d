import { discardedStates, type Inbox } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { filterSql } from "./filter-sql.ts";
import type { InboxContext } from "./inbox-context.ts";

const BATCH_ROWS = 1000;

/**
 * Creates `discard`. It works in batches by ascending sequence, so that transactions stay small.
 */
export function createDiscard({ pool, schema }: InboxContext): Inbox["discard"] {
  const deliveries = `${schema.quoted}.jobber_deliveries`;

  return async (filter) => {
    const { conditions, values } = filterSql({ ...filter, states: discardedStates(filter) });
    const [last, wanted] = [`$${values.length + 1}`, `$${values.length + 2}`];
    const statement = `
WITH chosen AS MATERIALIZED (
  SELECT sequence FROM ${deliveries} WHERE ${conditions.join(" AND ")} AND sequence > ${last}
  ORDER BY sequence LIMIT ${wanted} FOR UPDATE SKIP LOCKED
)
DELETE FROM ${deliveries} d WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM chosen))
RETURNING d.sequence::text AS json`;
    const limit = filter.limit ?? Number.POSITIVE_INFINITY;
    let greatest = 0;
    let discarded = 0;
    while (discarded < limit) {
      const count = Math.min(BATCH_ROWS, limit - discarded);
      const rows = await runStatement<number>(pool, statement, [...values, greatest, count]);
      discarded += rows.length;
      if (rows.length < count) break;
      greatest = Math.max(...rows);
    }
    return discarded;
  };
}
