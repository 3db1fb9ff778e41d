import type { ObjectRef } from "./delivery.ts";
import { isErased } from "./erasure.ts";
import type { Inbox } from "./inbox.ts";
import { discardedStates, INBOX_DEFAULTS, replayedStates } from "./inbox-defaults.ts";
import { listenByPolling } from "./listen-by-polling.ts";
import { createMemoryClaims, type MemoryClaimsOptions } from "./memory-claims.ts";
import { deliveryInfo, type MemoryRow, memoryRow } from "./memory-row.ts";
import { createMemoryRows, type MemoryLanes, type OpenObject } from "./memory-rows.ts";
import { memoryStats } from "./memory-stats.ts";
import { nextSlotAt, type RateLimit } from "./next-slot-at.ts";
import { objectKey } from "./object-key.ts";
import { PARENTS_AFTER_MS } from "./object-parent.ts";
import {
  erasedRow,
  isDebounced,
  isLaneHeld,
  isReady,
  isRefreshReady,
  replayedRow,
  resumedRow,
  retention,
} from "./transitions.ts";

/** Options of `createMemoryInbox`. */
export interface MemoryInboxOptions {
  /**
   * Draws the next sequence. Pass `() => store.nextSequence()`: with separate sequences, fetched
   * data may lose against a snapshot that was accepted earlier.
   *
   * @default a sequence of its own
   */
  readonly nextSequence?: (() => Promise<number>) | undefined;
  /**
   * Clock for operations without a `now` of their own. Milliseconds since 1970.
   *
   * @default Date.now
   */
  readonly now?: (() => number) | undefined;
  /** Lanes to share with `createMemoryOutbox`. @default its own */
  readonly lanes?: MemoryLanes | undefined;
}

/**
 * Creates an inbox in memory, for tests and experiments. It follows every rule of {@link Inbox}
 * except durability: the process's end loses all deliveries.
 */
export function createMemoryInbox({
  nextSequence: drawSequence = ownSequence(),
  now: clock = Date.now,
  lanes = new Map(),
}: MemoryInboxOptions = {}): Inbox {
  const rows = createMemoryRows(lanes);
  const rateLimits = new Map<string, RateLimit>();
  const resumedAt = new Map<string, number>();
  const seenParents: MemoryClaimsOptions["seenParents"] = new Map();
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const listener of wakes) listener();
  };

  const inbox: Inbox = {
    async accept(delivery) {
      const sequence = await drawSequence();
      const waits = some(rows.open.get(objectKey(delivery)), ({ state }) => state === "waiting");
      const outcome = rows.hasKey(delivery) ? "duplicate" : waits ? "coalesced" : "accepted";
      rows.add(memoryRow(delivery, sequence));
      wake();
      return { sequence, outcome };
    },

    nextSequence: () => drawSequence(),

    ...createMemoryClaims({ rows, resumedAt, seenParents, now: clock, wake }),

    async parentOf(object) {
      const parent = seenParents.get(objectKey(object))?.parent;
      if (parent === undefined) return null;
      const { tenant, parentType, parentId } = parent;
      return { tenant, objectType: parentType, objectId: parentId };
    },

    listen(run, options) {
      const onWake = (listener: () => void) => {
        wakes.add(listener);
        return () => wakes.delete(listener);
      };
      return listenByPolling(inbox, run, { ...options, now: clock, onWake });
    },

    async due({ now, limit, debounced = false, exclude = [], excludeTenants = [] }) {
      const excluded = new Set(exclude.map(objectKey));
      const excludedTenants = new Set(excludeTenants);
      const due: ObjectRef[] = [];
      const refreshes: ObjectRef[] = [];
      for (const [key, object] of rows.open) {
        if (due.length >= limit) break;
        if (excludedTenants.has(object.ref.tenant) || excluded.has(key)) continue;
        if (isLaneHeld(object.lane, now)) continue;
        if (some(object, (row) => isReady(row, now) || (debounced && isDebounced(row))))
          due.push(object.ref);
        else if (object.refresh !== null && isRefreshReady(object.refresh, now))
          refreshes.push(object.ref);
      }
      return [...due, ...refreshes].slice(0, limit);
    },

    async list(filter) {
      const limit = filter.limit ?? INBOX_DEFAULTS.listLimit;
      return rows.page({ ...filter, limit }).map(deliveryInfo);
    },

    async body(sequence) {
      return rows.all.get(sequence)?.body ?? null;
    },

    async stats({ now = clock() } = {}) {
      return memoryStats(rows.all.values(), now);
    },

    async replay(filter, { now = clock() } = {}) {
      const { limit, ...chosen } = filter;
      const failed = rows.select({ ...chosen, states: replayedStates(filter) });
      const replayable = failed.filter(({ body }) => body !== null).slice(0, limit);
      return updateAll(replayable, (row) => replayedRow(row, now));
    },

    async resume(tenant, { now = clock() } = {}) {
      resumedAt.set(tenant, now);
      const paused = rows.select({ tenant, states: ["paused"] });
      return updateAll(paused, (row) => resumedRow(row, now));
    },

    async discard(filter) {
      const discarded = rows.select({ ...filter, states: discardedStates(filter) });
      for (const row of discarded) rows.delete(row);
      return discarded.length;
    },

    async erase(erasure) {
      const { tenant, client, now = clock() } = erasure;
      const keys = new Set<string>();
      let deliveries = 0;
      for (const row of rows.select({ tenant })) {
        const erased = isErased(erasure, row) ? erasedRow(row.current, now) : null;
        if (erased === null || (row.body === null && erased === row.current)) continue;
        row.body = null;
        rows.update(row, erased);
        deliveries += 1;
        if (client !== undefined) keys.add(row.deliveryKey);
      }
      return { deliveries, deliveryKeys: [...keys] };
    },

    async acquireSlot(tenant, request) {
      const { waitMs, budget } = nextSlotAt(rateLimits.get(tenant) ?? null, request);
      rateLimits.set(tenant, budget);
      return waitMs;
    },

    async purge({ now = clock(), signal, parentsAfterMs = PARENTS_AFTER_MS, ...ages } = {}) {
      let bodies = 0;
      let deliveries = 0;
      for (const row of rows.all.values()) {
        if (signal?.aborted) break;
        const action = retention(row.current, { now, ...ages });
        if (action === "delete") {
          rows.delete(row);
          deliveries += 1;
        } else if (action === "erase-body" && row.body !== null) {
          row.body = null;
          bodies += 1;
        }
      }
      for (const [key, { seenAt }] of seenParents)
        if (seenAt < now - parentsAfterMs) seenParents.delete(key);
      return { bodies, deliveries };
    },
  };
  return inbox;

  function updateAll(
    chosen: readonly MemoryRow[],
    transition: (row: MemoryRow["current"]) => MemoryRow["current"],
  ): number {
    for (const row of chosen) rows.update(row, transition(row.current));
    wake();
    return chosen.length;
  }
}

/** Stops at the first match: an object may have very many rows. */
function some(
  object: OpenObject | undefined,
  fits: (row: MemoryRow["current"]) => boolean,
): boolean {
  for (const { current } of object?.rows ?? []) if (fits(current)) return true;
  return false;
}

function ownSequence(): () => Promise<number> {
  let last = 0;
  return async () => ++last;
}
