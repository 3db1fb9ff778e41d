import { randomUUID } from "node:crypto";
import {
  type ClaimedDelivery,
  type ClaimedRefresh,
  type Inbox,
  type RefreshState,
  transitions,
} from "@jobber-sync/core/ports";
import {
  dueValues,
  type InboxContext,
  IS_DEBOUNCED,
  IS_DUE,
  JOINS_RUN,
  OPEN,
  wholeLimit,
} from "./inbox-context.ts";
import { readLane, takeLane } from "./lanes.ts";
import { readRefresh } from "./refreshes.ts";

// INDEXED BY: after ANALYZE on an empty queue the planner scans every due row.
const INDEX = "INDEXED BY jobber_deliveries_open";

const OBJECT = `tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN}`;

const TAKEN = `(${IS_DUE} OR ${JOINS_RUN})`;

const READY = `SELECT 1 FROM jobber_deliveries ${INDEX}
  WHERE ${OBJECT} AND (state = 'claimed' OR ${IS_DUE} OR (? AND ${IS_DEBOUNCED})) LIMIT 1`;

// Within one state the index is in order of sequence, so that no more rows are read than wanted.
// The state comes first: with statistics SQLite would otherwise sort all rows of the object. A
// claimed row is left over from an expired claim.
const OLDEST_WAITING = `SELECT sequence FROM (
          SELECT sequence FROM jobber_deliveries ${INDEX}
          WHERE state = 'waiting' AND ${OBJECT} AND ${TAKEN} ORDER BY sequence LIMIT ?)`;
const OLDEST_CLAIMED = `SELECT sequence FROM (
          SELECT sequence FROM jobber_deliveries ${INDEX}
          WHERE state = 'claimed' AND ${OBJECT} ORDER BY sequence LIMIT ?)`;

const CLAIM = `UPDATE jobber_deliveries ${INDEX} SET state = 'claimed', claim_id = ?
  WHERE ${OBJECT} AND (state = 'claimed' OR ${TAKEN}) AND sequence <= (
      SELECT max(sequence) FROM (
        ${OLDEST_WAITING}
        UNION ALL ${OLDEST_CLAIMED}
        ORDER BY sequence LIMIT ?))
  RETURNING sequence, delivery_key AS "deliveryKey", body, received_at AS "receivedAt", started_at AS "startedAt",
    attempts, retries, recheck_since AS "recheckSince", paused_ms AS "pausedMs", reason`;

/** Creates `claim`, which follows `transitions.isLaneHeld` and `transitions.claimableRows`. */
export function createClaim({ database }: InboxContext): Inbox["claim"] {
  return ({ tenant, objectType, objectId }, { leaseMs, now, limit, debounced = false }) => {
    const object = { tenant, objectType, objectId };
    const id = randomUUID();
    const key = [tenant, objectType, objectId];
    const due = dueValues(now);
    const most = wholeLimit(limit ?? Number.POSITIVE_INFINITY);
    const values = [...key, ...due, ...key, ...due, most, ...key, most, most];
    return database.write(
      (transaction) => {
        const lane = readLane(transaction, object);
        if (transitions.isLaneHeld(lane, now)) return null;
        const refresh = readRefresh(transaction, object);
        const starts =
          transaction.get(READY, ...key, ...due, debounced ? 1 : 0) !== undefined ||
          (refresh !== null && transitions.isRefreshReady(refresh, now));
        if (!starts) return null;
        const rows = transaction.all<ClaimedDelivery>(CLAIM, id, ...values);
        takeLane(transaction, object, { claimId: id, until: now + leaseMs, leaseMs });
        // RETURNING guarantees no order.
        const deliveries = rows.map((row) => ({ ...row })).sort((a, b) => a.sequence - b.sequence);
        return { id, object, claimedAt: now, deliveries, refresh: claimedRefresh(refresh) };
      },
      { withoutSavepoint: true, flush: false },
    );
  };
}

function claimedRefresh(refresh: RefreshState | null): ClaimedRefresh | null {
  if (refresh === null) return null;
  const { delayMs: _, ...claimed } = refresh;
  return claimed;
}
