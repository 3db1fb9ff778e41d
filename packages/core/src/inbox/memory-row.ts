import type { ClaimedDelivery } from "./claim.ts";
import type { DeliveryInfo, IncomingDelivery } from "./delivery.ts";
import { acceptedRow, type RowState } from "./transitions.ts";

/** A delivery in the memory inbox. `current` is replaced with every transition. */
export interface MemoryRow extends Omit<IncomingDelivery, "body" | "state" | "reason"> {
  readonly sequence: number;
  body: Uint8Array | null;
  current: RowState;
}

/** Creates the row of an accepted delivery. */
export function memoryRow(delivery: IncomingDelivery, sequence: number): MemoryRow {
  const { tenant, objectType, objectId, deliveryKey, topic, receivedAt } = delivery;
  // A copy: the body that an HTTP server passes may be a view of a far larger buffer.
  const body = Buffer.from(delivery.body);
  const names = { sequence, tenant, objectType, objectId, deliveryKey, topic, receivedAt };
  return { ...names, body, current: acceptedRow(delivery) };
}

/** Returns the row as a run receives it. */
export function claimedDelivery(row: MemoryRow): ClaimedDelivery {
  const { sequence, deliveryKey, receivedAt, current } = row;
  const { startedAt, attempts, retries, recheckSince, pausedMs, reason } = current;
  // Only finished rows lose their body, and they are never claimed.
  const body = row.body ?? new Uint8Array();
  const counts = { startedAt, attempts, retries, recheckSince, pausedMs, reason };
  return { sequence, deliveryKey, body, receivedAt, ...counts };
}

/** Returns the row as a list shows it. */
export function deliveryInfo(row: MemoryRow): DeliveryInfo {
  const { sequence, tenant, objectType, objectId, deliveryKey, topic, receivedAt, body } = row;
  const { state, reason, error, attempts, retries, dueAt } = row.current;
  const names = { sequence, tenant, objectType, objectId, deliveryKey, topic };
  const bodyBytes = body?.byteLength ?? null;
  return { ...names, state, reason, error, attempts, retries, receivedAt, dueAt, bodyBytes };
}
