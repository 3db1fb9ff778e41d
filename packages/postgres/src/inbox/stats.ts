import type { DeliveryStats, Inbox } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { aheadOfClock, type InboxContext, nowSql, nowValue } from "./inbox-context.ts";

/** Creates `stats`. Reads the rows that are not done, one partial index per half. */
export function createStats(context: InboxContext): Inbox["stats"] {
  const half = (states: string) => `
SELECT json_build_object('tenant', tenant, 'state', state, 'rows', count(*), 'oldestAgeMs',
  greatest(0, extract(epoch FROM ${nowSql("$1")} + $2::float8 * interval '1 ms' - min(received_at)) * 1000))::text AS json
FROM ${context.schema.quoted}.jobber_deliveries WHERE state IN (${states}) GROUP BY tenant, state`;
  const statement = `${half("'waiting', 'claimed'")} UNION ALL ${half("'unresolved', 'paused', 'quarantined', 'dead'")}`;

  return ({ now = context.now() } = {}) =>
    runStatement<DeliveryStats>(context.pool, statement, [
      nowValue(context, now),
      aheadOfClock(context, now),
    ]);
}
