import type { DeliveryStats, Inbox } from "@jobber-sync/core/ports";
import { type InboxContext, NOT_DONE } from "./inbox-context.ts";

// The index alone counts the rows. Sequences ascend with time, so the lowest one is the oldest row.
const STATS = `SELECT counted.tenant AS "tenant", counted.state AS "state", counted.rows AS "rows",
    max(0, ? - received_at) AS "oldestAgeMs"
  FROM (
    SELECT state, tenant, count(*) AS rows, min(sequence) AS oldest
    FROM jobber_deliveries INDEXED BY jobber_deliveries_by_state
    WHERE ${NOT_DONE} GROUP BY state, tenant) AS counted
  JOIN jobber_deliveries ON sequence = counted.oldest`;

/** Creates `stats`. */
export function createStats({ database, now: clock }: InboxContext): Inbox["stats"] {
  return async ({ now = clock() } = {}) =>
    database
      .read((connection) => connection.all<DeliveryStats>(STATS, now))
      .map((row) => ({ ...row }));
}
