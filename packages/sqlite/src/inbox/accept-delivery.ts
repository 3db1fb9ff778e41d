import { type AcceptedDelivery, bodyHash, type NewDelivery } from "@jobber-sync/core";
import type { Transaction } from "../connection/transaction.ts";
import { OPEN, wholeMs } from "./row-states.ts";

const SEEN = `SELECT
  EXISTS (SELECT 1 FROM jobber_deliveries
    WHERE substr(delivery_key, -24) = substr(?, -24) AND delivery_key = ? AND client_slug = ?) AS duplicate,
  EXISTS (SELECT 1 FROM jobber_deliveries
    WHERE client_slug = ? AND object_type = ? AND object_id = ? AND ${OPEN} AND state = 'waiting') AS waiting`;

const INSERT = `INSERT INTO jobber_deliveries
  (sequence, client_slug, object_type, object_id, delivery_key, topic, body, body_hash, state, reason,
   due_at, received_at, started_at, finished_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Prepares a delivery outside the transaction. @returns what stores it inside one */
export function acceptDelivery(delivery: NewDelivery): (transaction: Transaction) => AcceptedDelivery {
  const { clientSlug, objectType, objectId, deliveryKey, topic, state, reason } = delivery;
  // A copy: the row may be written after the caller has gone on with its buffer.
  const body = Uint8Array.from(delivery.body);
  const hash = bodyHash(body);
  const receivedAt = wholeMs(delivery.receivedAt);
  const finishedAt = state === "quarantined" ? receivedAt : null;
  return (transaction) => {
    const seen = transaction.get<{ readonly duplicate: number; readonly waiting: number }>(
      SEEN,
      deliveryKey,
      deliveryKey,
      clientSlug,
      clientSlug,
      objectType,
      objectId,
    );
    const sequence = transaction.nextSequence();
    transaction.run(
      INSERT,
      sequence,
      clientSlug,
      objectType,
      objectId,
      deliveryKey,
      topic,
      body,
      hash,
      state,
      reason,
      receivedAt,
      receivedAt,
      receivedAt,
      finishedAt,
    );
    const outcome = seen?.duplicate === 1 ? "duplicate" : seen?.waiting === 1 ? "coalesced" : "accepted";
    return { sequence, outcome };
  };
}
