import type { Claim } from "./claim.ts";
import type { ObjectRef } from "./delivery.ts";
import type { Inbox } from "./inbox.ts";
import { claimedDelivery } from "./memory-row.ts";
import type { MemoryRows, OpenObject } from "./memory-rows.ts";
import { objectKey } from "./object-key.ts";
import type { ObjectParent } from "./object-parent.ts";
import type { ClaimedRefresh, RefreshRequest, RefreshState } from "./refresh.ts";
import {
  claimableRows,
  claimedRow,
  isLaneHeld,
  isRefreshReady,
  mergedRefresh,
  settledRow,
} from "./transitions.ts";

/** Dependencies of {@link createMemoryClaims}. */
export interface MemoryClaimsOptions {
  readonly rows: MemoryRows;
  /** When each tenant was resumed last. */
  readonly resumedAt: Map<string, number>;
  /** Parents by object, and when they were seen last. */
  readonly seenParents: Map<string, { readonly parent: ObjectParent; readonly seenAt: number }>;
  readonly now: () => number;
  readonly wake: () => void;
}

/** Creates the operations of a claim, which follow `transitions`. */
export function createMemoryClaims({
  rows,
  resumedAt,
  seenParents,
  now: clock,
  wake,
}: MemoryClaimsOptions): Pick<Inbox, "claim" | "extend" | "settle" | "refresh"> {
  let lastClaim = 0;
  let lastRevision = 0;

  return {
    async claim(ref, { leaseMs, now, limit, debounced = false }) {
      const object = rows.open.get(objectKey(ref));
      if (object === undefined || isLaneHeld(object.lane, now)) return null;
      const rowsInOrder = [...object.rows].sort((a, b) => a.sequence - b.sequence);
      const { refresh } = object;
      const isRefreshed = refresh !== null && isRefreshReady(refresh, now);
      const options = { now, limit, debounced: debounced || isRefreshed };
      const ready = claimableRows(rowsInOrder, options);
      if (ready.length === 0 && !isRefreshed) return null;
      lastClaim += 1;
      const id = String(lastClaim);
      object.lane = { claimId: id, until: now + leaseMs, leaseMs };
      for (const row of ready) rows.update(row, claimedRow(row.current, id));
      const deliveries = ready.map(claimedDelivery);
      return {
        id,
        object: object.ref,
        claimedAt: now,
        deliveries,
        refresh: claimedRefresh(refresh),
      };
    },

    async extend(claim, { leaseMs, now }) {
      const object = heldObject(claim);
      if (object === undefined) return false;
      object.lane = { claimId: claim.id, until: now + leaseMs, leaseMs };
      return true;
    },

    async settle(claim, settlements, { refreshes = [], parents = [] } = {}) {
      const object = heldObject(claim);
      if (object === undefined) return;
      const { tenant } = claim.object;
      const now = clock();
      const times = { now, claimedAt: claim.claimedAt, resumedAt: resumedAt.get(tenant) ?? null };
      for (const settlement of settlements) {
        const row = rows.all.get(settlement.sequence);
        if (row?.current.claimId === claim.id)
          rows.update(row, settledRow(row.current, settlement, times));
      }
      const isHeld = claim.deliveries.some(
        ({ sequence }) => rows.all.get(sequence)?.current.claimId === claim.id,
      );
      if (!isHeld) object.lane = null;
      const { refresh } = claim;
      if (refresh !== null && object.refresh?.revision === refresh.revision)
        rows.setRefresh(claim.object, null);
      for (const request of refreshes) requestRefresh(request, request, now);
      for (const parent of parents) seenParents.set(objectKey(parent), { parent, seenAt: now });
      const pauses = settlements.some(({ state }) => state === "paused");
      if (pauses && times.resumedAt !== null) resumedAt.set(tenant, Math.min(times.resumedAt, now));
      wake();
    },

    async refresh(object, request, { now = clock() } = {}) {
      requestRefresh(object, request, now);
      wake();
    },
  };

  function requestRefresh(ref: ObjectRef, request: RefreshRequest, now: number): void {
    const stored = rows.open.get(objectKey(ref))?.refresh ?? null;
    lastRevision += 1;
    rows.setRefresh(ref, mergedRefresh(stored, request, { now, revision: lastRevision }));
  }

  /** Returns the claim's object while its lane is still the claim's. */
  function heldObject({ id, object }: Claim): OpenObject | undefined {
    const held = rows.open.get(objectKey(object));
    return held?.lane?.claimId === id ? held : undefined;
  }
}

function claimedRefresh(refresh: RefreshState | null): ClaimedRefresh | null {
  if (refresh === null) return null;
  const { delayMs: _, ...claimed } = refresh;
  return claimed;
}
