import type {
  AcceptedDelivery,
  Claim,
  ClaimedDelivery,
  DeliveryFilter,
  DeliveryInfo,
  DeliveryState,
  Inbox,
  NewDelivery,
  ObjectRef,
  Settlement,
} from "./inbox.ts";
import { listenByPolling } from "./listen-by-polling.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEFAULT_LIMIT = 100;

interface Row extends Omit<NewDelivery, "body" | "state"> {
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
  claimId: string | null;
  claimedUntil: number;
}

/** How a memory inbox is made. */
export interface MemoryInboxOptions {
  /** The sequence that deliveries share with the store: pass `store.nextSequence`. @default a sequence of its own */
  readonly nextSequence?: () => Promise<number>;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/**
 * An inbox that forgets everything when the process ends: for tests and for trying things out. Obeys every rule of {@link Inbox} but
 * durability.
 */
export function createMemoryInbox({ nextSequence, now: clock = Date.now }: MemoryInboxOptions = {}): Inbox {
  const rows = new Map<number, Row>();
  const byObject = new Map<string, Set<Row>>();
  const keysSeen = new Set<string>();
  const budgets = new Map<string, number>();
  const wakes = new Set<() => void>();
  let lastSequence = 0;
  let lastClaim = 0;
  const wake = () => {
    for (const listener of wakes) listener();
  };

  return {
    async accept(delivery): Promise<AcceptedDelivery> {
      const sequence = nextSequence === undefined ? ++lastSequence : await nextSequence();
      const { clientSlug, objectType, objectId, deliveryKey, topic, receivedAt, state, reason } = delivery;
      const key = keyOf(clientSlug, deliveryKey);
      const object = objectKey(delivery);
      const outcome = keysSeen.has(key)
        ? "duplicate"
        : hasWaiting(byObject.get(object))
          ? "coalesced"
          : "accepted";
      const row: Row = {
        sequence,
        clientSlug,
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
        claimId: null,
        claimedUntil: 0,
      };
      rows.set(sequence, row);
      keysSeen.add(key);
      index(row);
      wake();
      return { sequence, outcome };
    },

    async claim(object, { leaseMs, now }): Promise<Claim | null> {
      const ready = [...(byObject.get(objectKey(object)) ?? [])].filter((row) => isReady(row, now));
      if (ready.length === 0) return null;
      lastClaim += 1;
      const id = String(lastClaim);
      for (const row of ready) {
        row.state = "claimed";
        row.claimId = id;
        row.claimedUntil = now + leaseMs;
      }
      const { clientSlug, objectType, objectId } = object;
      return {
        id,
        object: { clientSlug, objectType, objectId },
        deliveries: ready.sort((a, b) => a.sequence - b.sequence).map(claimed),
      };
    },

    async extend(claim, { leaseMs, now }) {
      const held = heldRows(claim);
      for (const row of held) row.claimedUntil = now + leaseMs;
      return held.length === claim.deliveries.length;
    },

    async settle(claim, settlements) {
      const held = new Set(heldRows(claim));
      for (const settlement of settlements) {
        const row = rows.get(settlement.sequence);
        if (row !== undefined && held.has(row)) settleRow(row, settlement, clock());
      }
      wake();
    },

    listen(run, options) {
      return listenByPolling(this, run, {
        ...options,
        now: clock,
        onWake: (listener) => {
          wakes.add(listener);
          return () => wakes.delete(listener);
        },
      });
    },

    async due({ now, limit }) {
      const objects: ObjectRef[] = [];
      for (const group of byObject.values()) {
        if (objects.length >= limit) break;
        const row = first(group, (candidate) => isReady(candidate, now));
        if (row === undefined) continue;
        const { clientSlug, objectType, objectId } = row;
        objects.push({ clientSlug, objectType, objectId });
      }
      return objects;
    },

    async list(filter) {
      return filtered(filter).map(info);
    },

    async body(sequence) {
      return rows.get(sequence)?.body ?? null;
    },

    async replay(filter, now = clock()) {
      const states = filter.states ?? ["quarantined", "unresolved"];
      const chosen = filtered({ ...filter, states: states.filter(isFailed) }).filter(
        (row) => row.body !== null,
      );
      for (const row of chosen) {
        Object.assign(row, { state: "waiting", attempts: 0, retries: 0, recheckSince: null, reason: null });
        Object.assign(row, { dueAt: now, startedAt: now, pausedMs: 0 });
        index(row);
      }
      wake();
      return chosen.length;
    },

    async resume(clientSlug, now = clock()) {
      const paused = filtered({ clientSlug, states: ["paused"], limit: Number.POSITIVE_INFINITY });
      for (const row of paused) {
        row.pausedMs += now - (row.pausedAt ?? now);
        Object.assign(row, { state: "waiting", pausedAt: null, dueAt: now });
        index(row);
      }
      wake();
      return paused.length;
    },

    async reserveFetch(clientSlug, { perSecond, maxWaitMs, now }) {
      const place = Math.max(budgets.get(clientSlug) ?? 0, now);
      if (place - now <= maxWaitMs) budgets.set(clientSlug, place + 1000 / perSecond);
      return place - now;
    },

    async purge({ now = clock(), bodiesAfterMs = 30 * DAY_MS, failedAfterMs = 30 * DAY_MS } = {}) {
      let bodies = 0;
      let deliveries = 0;
      for (const row of rows.values()) {
        if (row.state === "done" && row.body !== null && row.receivedAt < now - bodiesAfterMs) {
          row.body = null;
          bodies += 1;
        }
        if (isFailed(row.state) && row.receivedAt < now - failedAfterMs) {
          rows.delete(row.sequence);
          byObject.get(objectKey(row))?.delete(row);
          deliveries += 1;
        }
      }
      return { bodies, deliveries };
    },
  };

  /** Only rows that may still run are kept by object: finished ones would make every claim slower. */
  function index(row: Row): void {
    const key = objectKey(row);
    const group = byObject.get(key);
    if (group === undefined) byObject.set(key, new Set([row]));
    else group.add(row);
  }

  function heldRows(claim: Claim): readonly Row[] {
    return claim.deliveries.flatMap(({ sequence }) => {
      const row = rows.get(sequence);
      return row?.state === "claimed" && row.claimId === claim.id ? [row] : [];
    });
  }

  function settleRow(row: Row, settlement: Settlement, now: number): void {
    row.claimId = null;
    row.state = settlement.state;
    if (settlement.state !== "done") {
      row.attempts = settlement.attempts;
      row.reason = settlement.reason;
    }
    if (settlement.state === "waiting") {
      row.dueAt = settlement.dueAt;
      row.retries = settlement.retries;
      row.recheckSince = settlement.recheckSince;
      return;
    }
    if (settlement.state === "paused") row.pausedAt = now;
    const key = objectKey(row);
    const group = byObject.get(key);
    group?.delete(row);
    if (group?.size === 0) byObject.delete(key);
  }

  function filtered({
    clientSlug,
    states,
    topic,
    sequences: wanted,
    limit = DEFAULT_LIMIT,
  }: DeliveryFilter): readonly Row[] {
    return [...rows.values()]
      .filter(
        (row) =>
          (clientSlug === undefined || row.clientSlug === clientSlug) &&
          (states === undefined || states.includes(row.state)) &&
          (topic === undefined || row.topic === topic) &&
          (wanted === undefined || wanted.includes(row.sequence)),
      )
      .sort((a, b) => a.sequence - b.sequence)
      .slice(0, limit);
  }
}

function isReady(row: Row, now: number): boolean {
  if (row.state === "waiting") return row.dueAt <= now;
  return row.state === "claimed" && row.claimedUntil <= now;
}

function hasWaiting(group: ReadonlySet<Row> | undefined): boolean {
  return group !== undefined && first(group, ({ state }) => state === "waiting") !== undefined;
}

/** Stops at the first: an object may have very many rows. */
function first(group: ReadonlySet<Row>, fits: (row: Row) => boolean): Row | undefined {
  for (const row of group) if (fits(row)) return row;
  return undefined;
}

function isFailed(state: DeliveryState): boolean {
  return state === "quarantined" || state === "unresolved" || state === "dead";
}

function claimed(row: Row): ClaimedDelivery {
  const { sequence, deliveryKey, startedAt, attempts, retries, recheckSince, pausedMs } = row;
  // A row that may run has its body: only finished ones are erased.
  const body = row.body ?? new Uint8Array();
  return {
    sequence,
    deliveryKey,
    body,
    receivedAt: row.receivedAt,
    startedAt,
    attempts,
    retries,
    recheckSince,
    pausedMs,
  };
}

function info(row: Row): DeliveryInfo {
  const { sequence, clientSlug, objectType, objectId, deliveryKey, topic, state, reason, attempts, retries } =
    row;
  const { receivedAt, dueAt } = row;
  const facts = {
    sequence,
    clientSlug,
    objectType,
    objectId,
    deliveryKey,
    topic,
    state,
    reason,
    attempts,
    retries,
  };
  return { ...facts, receivedAt, dueAt, bodyBytes: row.body?.byteLength ?? null };
}

function objectKey({ clientSlug, objectType, objectId }: ObjectRef): string {
  return keyOf(clientSlug, keyOf(objectType, objectId));
}

/** Two texts as one, without a separator that one of them could contain. */
function keyOf(first: string, second: string): string {
  return `${first.length}:${first}${second}`;
}
