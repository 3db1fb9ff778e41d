import type { ClaimedDelivery, DeliveryInfo, DeliveryState, IncomingDelivery } from "./inbox.ts";

/** A delivery as the memory inbox keeps it. */
export interface MemoryRow extends Omit<IncomingDelivery, "body" | "state" | "reason"> {
  readonly sequence: number;
  body: Uint8Array | null;
  state: DeliveryState;
  reason: string | null;
  attempts: number;
  retries: number;
  recheckSince: number | null;
  dueAt: number;
  /** When the row's time started, for a replay: the age of a delivery is counted from here. */
  startedAt: number;
  pausedAt: number | null;
  pausedMs: number;
  finishedAt: number | null;
  claimId: string | null;
  claimedUntil: number;
}

export function memoryRow(delivery: IncomingDelivery, sequence: number): MemoryRow {
  const { tenant, objectType, objectId, deliveryKey, topic, receivedAt, state, reason } = delivery;
  // Named one by one: rows of one shape are what engines are fast with.
  return {
    sequence,
    tenant,
    objectType,
    objectId,
    deliveryKey,
    topic,
    // A copy: what an HTTP server hands over may be part of a far larger buffer.
    body: Buffer.from(delivery.body),
    receivedAt,
    state,
    reason,
    attempts: 0,
    retries: 0,
    recheckSince: null,
    dueAt: receivedAt,
    startedAt: receivedAt,
    pausedAt: null,
    pausedMs: 0,
    finishedAt: state === "quarantined" ? receivedAt : null,
    claimId: null,
    claimedUntil: 0,
  };
}

/** Whether a row may still run without anybody's help. */
export function isOpen({ state }: MemoryRow): boolean {
  return state === "waiting" || state === "claimed";
}

export function isReady(row: MemoryRow, now: number): boolean {
  if (row.state === "waiting") return row.dueAt <= now;
  return row.state === "claimed" && row.claimedUntil <= now;
}

export function claimedDelivery(row: MemoryRow): ClaimedDelivery {
  const {
    sequence,
    deliveryKey,
    receivedAt,
    startedAt,
    attempts,
    retries,
    recheckSince,
    pausedMs,
    reason,
  } = row;
  // A row that may run has its body: only finished ones are erased.
  const body = row.body ?? new Uint8Array();
  const counts = { startedAt, attempts, retries, recheckSince, pausedMs, reason };
  return { sequence, deliveryKey, body, receivedAt, ...counts };
}

export function deliveryInfo(row: MemoryRow): DeliveryInfo {
  const { sequence, tenant, objectType, objectId, deliveryKey, topic } = row;
  const { state, reason, attempts, retries, receivedAt, dueAt, body } = row;
  const names = { sequence, tenant, objectType, objectId, deliveryKey, topic };
  return {
    ...names,
    state,
    reason,
    attempts,
    retries,
    receivedAt,
    dueAt,
    bodyBytes: body?.byteLength ?? null,
  };
}
