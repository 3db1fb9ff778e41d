import { randomUUID } from "node:crypto";
import type {
  Claim,
  ClaimedDelivery,
  ClaimOptions,
  LeaseOptions,
  ObjectRef,
} from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import { OPEN, wholeLimit, wholeMs } from "./row-states.ts";

// Named: the statistics of a queue that is empty at the moment speak for the wrong index, a walk over everything that is due.
const INDEX = "INDEXED BY jobber_deliveries_open";

const READY = `tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN} AND coalesce(claimed_until, due_at) <= ?`;

// Within one state the index has them in the order of their sequence, so that no more are read than are wanted. The state comes first: with
// statistics SQLite would else go by the list of states, and sort all rows of the object.
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

const EXTEND = `UPDATE jobber_deliveries ${INDEX} SET claimed_until = ?
  WHERE tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN} AND claim_id = ?
  RETURNING sequence`;

/** Takes the rows of the object that are due, or whose claim has run out, in one statement. */
export function claimObject(
  { tenant, objectType, objectId }: ObjectRef,
  { leaseMs, now, limit = Number.POSITIVE_INFINITY }: ClaimOptions,
): (transaction: Transaction) => Claim | null {
  const id = randomUUID();
  const ready = [tenant, objectType, objectId, now];
  const most = wholeLimit(limit);
  return (transaction) => {
    const rows = transaction.all<ClaimedDelivery>(
      CLAIM,
      id,
      wholeMs(now + leaseMs),
      ...ready,
      ...ready,
      most,
      ...ready,
      most,
      most,
    );
    if (rows.length === 0) return null;
    return {
      id,
      object: { tenant, objectType, objectId },
      claimedAt: now,
      // RETURNING promises no order.
      deliveries: rows.map((row) => ({ ...row })).sort((a, b) => a.sequence - b.sequence),
    };
  };
}

/** Prolongs a claim. `false` when not all of its rows are its own any more. */
export function extendClaim(
  { id, object, deliveries }: Claim,
  { leaseMs, now }: LeaseOptions,
): (transaction: Transaction) => boolean {
  const { tenant, objectType, objectId } = object;
  return (transaction) =>
    transaction.all(EXTEND, wholeMs(now + leaseMs), tenant, objectType, objectId, id).length ===
    deliveries.length;
}
