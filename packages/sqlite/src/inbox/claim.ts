import { randomUUID } from "node:crypto";
import type { ClaimedDelivery, Inbox } from "@jobber-sync/core/ports";
import { type InboxContext, OPEN, wholeLimit, wholeMs } from "./inbox-context.ts";

// INDEXED BY: after ANALYZE on an empty queue the planner scans every due row.
const INDEX = "INDEXED BY jobber_deliveries_open";

const READY = `tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN} AND coalesce(claimed_until, due_at) <= ?`;

// Within one state the index is in order of sequence, so that no more rows are read than wanted.
// The state comes first: with statistics SQLite would otherwise sort all rows of the object.
const oldest = (state: "waiting" | "claimed") => `SELECT sequence FROM (
          SELECT sequence FROM jobber_deliveries ${INDEX} WHERE state = '${state}' AND ${READY} ORDER BY sequence LIMIT ?)`;

const CLAIM = `UPDATE jobber_deliveries ${INDEX} SET state = 'claimed', claim_id = ?, claimed_until = ?
  WHERE ${READY} AND sequence <= (
      SELECT max(sequence) FROM (
        ${oldest("waiting")}
        UNION ALL ${oldest("claimed")}
        ORDER BY sequence LIMIT ?))
  RETURNING sequence, delivery_key AS "deliveryKey", body, received_at AS "receivedAt", started_at AS "startedAt",
    attempts, retries, recheck_since AS "recheckSince", paused_ms AS "pausedMs", reason`;

/** Creates `claim`. */
export function createClaim({ group }: InboxContext): Inbox["claim"] {
  return ({ tenant, objectType, objectId }, { leaseMs, now, limit = Number.POSITIVE_INFINITY }) => {
    const id = randomUUID();
    const ready = [tenant, objectType, objectId, now];
    const most = wholeLimit(limit);
    const values = [...ready, ...ready, most, ...ready, most, most];
    return group.write(
      (transaction) => {
        const rows = transaction.all<ClaimedDelivery>(CLAIM, id, wholeMs(now + leaseMs), ...values);
        if (rows.length === 0) return null;
        // RETURNING guarantees no order.
        const deliveries = rows.map((row) => ({ ...row })).sort((a, b) => a.sequence - b.sequence);
        return { id, object: { tenant, objectType, objectId }, claimedAt: now, deliveries };
      },
      { withoutSavepoint: true },
    );
  };
}
