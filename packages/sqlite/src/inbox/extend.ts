import type { Inbox } from "@jobber-sync/core/ports";
import { type InboxContext, OPEN, wholeMs } from "./inbox-context.ts";

const EXTEND = `UPDATE jobber_deliveries INDEXED BY jobber_deliveries_open SET claimed_until = ?
  WHERE tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN} AND claim_id = ?
  RETURNING sequence`;

/** Creates `extend`. */
export function createExtend({ group }: InboxContext): Inbox["extend"] {
  return ({ id, object: { tenant, objectType, objectId }, deliveries }, { leaseMs, now }) => {
    const until = wholeMs(now + leaseMs);
    return group.write(
      (transaction) =>
        transaction.all(EXTEND, until, tenant, objectType, objectId, id).length ===
        deliveries.length,
      { withoutSavepoint: true },
    );
  };
}
