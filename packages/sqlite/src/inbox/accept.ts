import type { AcceptedDelivery, Inbox, IncomingDelivery } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import { type InboxContext, OPEN, wholeMs } from "./inbox-context.ts";

const OUTCOMES = ["accepted", "coalesced", "duplicate"] as const;

const SEEN = `SELECT CASE
  WHEN EXISTS (SELECT 1 FROM jobber_deliveries INDEXED BY jobber_deliveries_by_key
    WHERE substr(delivery_key, -20) = substr(given.key, -20) AND substr(delivery_key, -44, 24) = substr(given.key, -44, 24)
      AND delivery_key = given.key AND tenant = given.tenant) THEN 2
  WHEN EXISTS (SELECT 1 FROM jobber_deliveries INDEXED BY jobber_deliveries_open
    WHERE tenant = given.tenant AND object_type = ? AND object_id = ? AND ${OPEN} AND state = 'waiting') THEN 1
  ELSE 0 END AS outcome
  FROM (SELECT ? AS key, ? AS tenant) AS given`;

const INSERT = `INSERT INTO jobber_deliveries
  (sequence, tenant, object_type, object_id, delivery_key, topic, body, state, reason,
   due_at, delay_ms, received_at, started_at, finished_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Creates `accept`. Deliveries that arrive together share a transaction and its flush to disk. */
export function createAccept({ database, wake }: InboxContext): Inbox["accept"] {
  const options = { withoutSavepoint: true, onCommit: wake };
  return (delivery) => database.write(insertDelivery(delivery), options);
}

/** Prepares a row outside the transaction. @returns the work that stores it inside one */
function insertDelivery(
  delivery: IncomingDelivery,
): (transaction: Transaction) => AcceptedDelivery {
  const { tenant, objectType, objectId, deliveryKey, topic, state, reason } = delivery;
  // A copy: the caller may reuse its buffer before the row is written.
  const body = Buffer.from(delivery.body);
  const receivedAt = wholeMs(delivery.receivedAt);
  const delayMs = wholeMs(delivery.delayMs ?? 0);
  const finishedAt = state === "quarantined" ? receivedAt : null;
  return (transaction) => {
    const seen = transaction.get<{ readonly outcome: number }>(
      SEEN,
      objectType,
      objectId,
      deliveryKey,
      tenant,
    );
    const sequence = transaction.nextSequence();
    transaction.run(
      INSERT,
      sequence,
      tenant,
      objectType,
      objectId,
      deliveryKey,
      topic,
      body,
      state,
      reason,
      receivedAt + delayMs,
      delayMs,
      receivedAt,
      receivedAt,
      finishedAt,
    );
    return { sequence, outcome: OUTCOMES[seen?.outcome ?? 0] ?? "accepted" };
  };
}
