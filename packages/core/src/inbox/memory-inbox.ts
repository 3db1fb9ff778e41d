import type {
  AcceptedDelivery,
  Claim,
  DeliveryFilter,
  Inbox,
  ObjectRef,
  Settlement,
} from "./inbox.ts";
import { INBOX_DEFAULTS, replayedStates } from "./inbox-defaults.ts";
import { listenByPolling } from "./listen-by-polling.ts";
import {
  claimedDelivery,
  deliveryInfo,
  isOpen,
  isReady,
  type MemoryRow,
  memoryRow,
} from "./memory-row.ts";
import { nextSlotAt, type RateLimit } from "./next-slot-at.ts";
import { objectKey } from "./object-key.ts";

/** How a memory inbox is made. */
export interface MemoryInboxOptions {
  /**
   * The sequence that deliveries share with the store: pass `store.nextSequence`, or what is fetched later may lose against a snapshot that
   * was accepted earlier.
   *
   * @default a sequence of its own
   */
  readonly nextSequence?: () => Promise<number>;
  /** The clock that says what is due while the inbox is listened to. Milliseconds since 1970. @default Date.now */
  readonly now?: () => number;
}

/**
 * An inbox that forgets everything when the process ends: for tests and for trying things out. Obeys every rule of {@link Inbox} but
 * durability.
 */
export function createMemoryInbox({
  nextSequence,
  now: clock = Date.now,
}: MemoryInboxOptions = {}): Inbox {
  const rows = new Map<number, MemoryRow>();
  /** Only rows that may still run: finished ones would make every claim slower. */
  const openByObject = new Map<string, Set<MemoryRow>>();
  const keysSeen = new Set<string>();
  const budgets = new Map<string, RateLimit>();
  const resumedAt = new Map<string, number>();
  const wakes = new Set<() => void>();
  let lastSequence = 0;
  let lastClaim = 0;
  const wake = () => {
    for (const listener of wakes) listener();
  };

  const inbox: Inbox = {
    async accept(delivery): Promise<AcceptedDelivery> {
      const sequence = nextSequence === undefined ? ++lastSequence : await nextSequence();
      const key = `${delivery.tenant.length}:${delivery.tenant}${delivery.deliveryKey}`;
      const open = openByObject.get(objectKey(delivery));
      const outcome = keysSeen.has(key)
        ? "duplicate"
        : first(open, ({ state }) => state === "waiting")
          ? "coalesced"
          : "accepted";
      const row = memoryRow(delivery, sequence);
      rows.set(sequence, row);
      keysSeen.add(key);
      if (isOpen(row)) open === undefined ? index(row) : open.add(row);
      wake();
      return { sequence, outcome };
    },

    async claim(object, { leaseMs, now, limit }): Promise<Claim | null> {
      const ready = [...(openByObject.get(objectKey(object)) ?? [])]
        .filter((row) => isReady(row, now))
        .sort((a, b) => a.sequence - b.sequence)
        .slice(0, limit);
      if (ready.length === 0) return null;
      lastClaim += 1;
      const id = String(lastClaim);
      for (const row of ready) {
        row.state = "claimed";
        row.claimId = id;
        row.claimedUntil = now + leaseMs;
      }
      const { tenant, objectType, objectId } = object;
      return {
        id,
        object: { tenant, objectType, objectId },
        claimedAt: now,
        deliveries: ready.map(claimedDelivery),
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
        if (row !== undefined && held.has(row)) settleRow(row, settlement, claim);
      }
      wake();
    },

    listen(run, options) {
      return listenByPolling(inbox, run, {
        ...options,
        now: clock,
        onWake: (listener) => {
          wakes.add(listener);
          return () => wakes.delete(listener);
        },
      });
    },

    async due({ now, limit, exclude = [] }) {
      const excluded = new Set(exclude.map(objectKey));
      const due: ObjectRef[] = [];
      for (const [key, group] of openByObject) {
        if (due.length >= limit) break;
        const row = excluded.has(key)
          ? undefined
          : first(group, (candidate) => isReady(candidate, now));
        if (row === undefined) continue;
        const { tenant, objectType, objectId } = row;
        due.push({ tenant, objectType, objectId });
      }
      return due;
    },

    async list(filter) {
      return filtered(filter, INBOX_DEFAULTS.listLimit).map(deliveryInfo);
    },

    async body(sequence) {
      return rows.get(sequence)?.body ?? null;
    },

    async replay(filter, { now = clock() } = {}) {
      const chosen = filtered({ ...filter, states: replayedStates(filter) }).filter(
        ({ body }) => body !== null,
      );
      for (const row of chosen) {
        const reason = row.state === "quarantined" ? row.reason : null;
        Object.assign(row, {
          state: "waiting",
          attempts: 0,
          retries: 0,
          recheckSince: null,
          reason,
        });
        Object.assign(row, { dueAt: now, startedAt: now, pausedMs: 0, finishedAt: null });
        index(row);
      }
      wake();
      return chosen.length;
    },

    async resume(tenant, { now = clock() } = {}) {
      resumedAt.set(tenant, now);
      const paused = filtered({ tenant, states: ["paused"] });
      for (const row of paused) {
        row.pausedMs += Math.max(0, now - (row.pausedAt ?? now));
        Object.assign(row, { state: "waiting", pausedAt: null, dueAt: now });
        index(row);
      }
      wake();
      return paused.length;
    },

    async acquireSlot(tenant, reservation) {
      const { waitMs, budget } = nextSlotAt(budgets.get(tenant) ?? null, reservation);
      budgets.set(tenant, budget);
      return waitMs;
    },

    async purge({ now = clock(), bodiesAfterMs, failedAfterMs, signal } = {}) {
      const { retentionMs } = INBOX_DEFAULTS;
      let bodies = 0;
      let deliveries = 0;
      for (const row of rows.values()) {
        if (signal?.aborted) break;
        if (row.finishedAt === null) continue;
        const age = now - row.finishedAt;
        if (row.state !== "done" && age > (failedAfterMs ?? retentionMs)) {
          rows.delete(row.sequence);
          deliveries += 1;
        } else if (
          row.state === "done" &&
          row.body !== null &&
          age > (bodiesAfterMs ?? retentionMs)
        ) {
          row.body = null;
          bodies += 1;
        }
      }
      return { bodies, deliveries };
    },
  };
  return inbox;

  function index(row: MemoryRow): void {
    const key = objectKey(row);
    const group = openByObject.get(key);
    if (group === undefined) openByObject.set(key, new Set([row]));
    else group.add(row);
  }

  function heldRows(claim: Claim): readonly MemoryRow[] {
    return claim.deliveries.flatMap(({ sequence }) => {
      const row = rows.get(sequence);
      return row?.state === "claimed" && row.claimId === claim.id ? [row] : [];
    });
  }

  function settleRow(row: MemoryRow, settlement: Settlement, claim: Claim): void {
    row.claimId = null;
    row.reason = settlement.state === "done" ? null : settlement.reason;
    if (settlement.state !== "done") row.attempts = settlement.attempts;
    if (settlement.state === "waiting") {
      row.state = "waiting";
      row.dueAt = settlement.dueAt;
      row.retries = settlement.retries;
      row.recheckSince = settlement.recheckSince;
      return;
    }
    const resumed = resumedAt.get(row.tenant);
    if (settlement.state === "paused" && resumed !== undefined && resumed >= claim.claimedAt) {
      row.state = "waiting";
      row.dueAt = resumed;
      return;
    }
    row.state = settlement.state;
    if (settlement.state === "paused") row.pausedAt = clock();
    else row.finishedAt = clock();
    const key = objectKey(row);
    const group = openByObject.get(key);
    group?.delete(row);
    if (group?.size === 0) openByObject.delete(key);
  }

  function filtered(
    { tenant, states, topic, sequences: wanted, limit }: DeliveryFilter,
    defaultLimit = Number.POSITIVE_INFINITY,
  ): readonly MemoryRow[] {
    return [...rows.values()]
      .filter(
        (row) =>
          (tenant === undefined || row.tenant === tenant) &&
          (states === undefined || states.includes(row.state)) &&
          (topic === undefined || row.topic === topic) &&
          (wanted === undefined || wanted.includes(row.sequence)),
      )
      .sort((a, b) => a.sequence - b.sequence)
      .slice(0, limit ?? defaultLimit);
  }
}

/** Stops at the first: an object may have very many rows. */
function first(
  group: ReadonlySet<MemoryRow> | undefined,
  fits: (row: MemoryRow) => boolean,
): MemoryRow | undefined {
  for (const row of group ?? []) if (fits(row)) return row;
  return undefined;
}
