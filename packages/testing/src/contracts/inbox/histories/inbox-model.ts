import type { DeliveryState } from "@jobber-sync/core";
import {
  discardedStates,
  type IncomingDelivery,
  type LeaseOptions,
  type ObjectRef,
  type ObjectRefresh,
  objectKey,
  type PurgeOptions,
  type RefreshState,
  replayedStates,
  type Settlement,
  transitions,
} from "@jobber-sync/core/ports";

/** A row as the model knows it. */
export interface ModelRow {
  readonly object: string;
  readonly key: string;
  readonly receivedAt: number;
  readonly current: transitions.RowState;
  readonly hasBody: boolean;
}

/** Options of `claim`, as in the port. */
export interface ModelClaimOptions {
  readonly leaseMs: number;
  readonly now: number;
  readonly limit: number | undefined;
  readonly debounced: boolean;
}

/** The changes of a settlement. */
export interface ModelSettlement {
  readonly settlements: readonly Settlement[];
  readonly refreshes: readonly ObjectRefresh[];
  /** The model's revision of the refresh that the claim carries. */
  readonly revision: number | undefined;
}

/**
 * One tenant's inbox as `transitions` defines it. Ids and sequences come from the inbox under test.
 */
export class InboxModel {
  readonly rows = new Map<number, ModelRow>();
  /** Of all rows, including those that were deleted. */
  readonly sequences: number[] = [];
  readonly #refreshes = new Map<string, RefreshState>();
  #revision = 0;
  readonly #lanes = new Map<string, transitions.Lane>();
  #resumedAt: number | null = null;

  accept(delivery: IncomingDelivery, sequence: number): string {
    const { deliveryKey, receivedAt } = delivery;
    const object = objectKey(delivery);
    const waits = this.#openRows(object).some(([, { current }]) => current.state === "waiting");
    const seen = [...this.rows.values()].some(({ key }) => key === deliveryKey);
    this.sequences.push(sequence);
    const current = transitions.acceptedRow(delivery);
    this.rows.set(sequence, { object, key: deliveryKey, receivedAt, current, hasBody: true });
    return seen ? "duplicate" : waits ? "coalesced" : "accepted";
  }

  /** Merges a request into the object's refresh. */
  refresh(request: ObjectRefresh, now: number): void {
    const key = objectKey(request);
    this.#revision += 1;
    const stored = this.#refreshes.get(key) ?? null;
    const times = { now, revision: this.#revision };
    this.#refreshes.set(key, transitions.mergedRefresh(stored, request, times));
  }

  /** Returns the object's refresh, which a claim carries. */
  refreshOf(ref: ObjectRef): RefreshState | null {
    return this.#refreshes.get(objectKey(ref)) ?? null;
  }

  /** Whether a claim must not be `null`. */
  starts(ref: ObjectRef, options: ModelClaimOptions): boolean {
    if (this.claimable(ref, options).length > 0) return true;
    const refresh = this.refreshOf(ref);
    const isHeld = transitions.isLaneHeld(this.#lanes.get(objectKey(ref)) ?? null, options.now);
    return !isHeld && refresh !== null && transitions.isRefreshReady(refresh, options.now);
  }

  /** Returns the rows that a claim must take, ascending. */
  claimable(
    ref: ObjectRef,
    { now, limit, debounced }: ModelClaimOptions,
  ): readonly (readonly [number, ModelRow])[] {
    const object = objectKey(ref);
    if (transitions.isLaneHeld(this.#lanes.get(object) ?? null, now)) return [];
    const refresh = this.refreshOf(ref);
    const isRefreshed = refresh !== null && transitions.isRefreshReady(refresh, now);
    const rows = this.#openRows(object).map(([sequence, row]) => ({ ...row, sequence, row }));
    return transitions
      .claimableRows(rows, { now, limit, debounced: debounced || isRefreshed })
      .map(({ sequence, row }) => [sequence, row]);
  }

  claim(ref: ObjectRef, claimId: string, options: ModelClaimOptions): void {
    const { leaseMs, now } = options;
    for (const [sequence, { current }] of this.claimable(ref, options))
      this.#update(sequence, transitions.claimedRow(current, claimId));
    this.#lanes.set(objectKey(ref), { claimId, until: now + leaseMs, leaseMs });
  }

  extend(ref: ObjectRef, claimId: string, { leaseMs, now }: LeaseOptions) {
    if (this.#lanes.get(objectKey(ref))?.claimId !== claimId) return false;
    this.#lanes.set(objectKey(ref), { claimId, until: now + leaseMs, leaseMs });
    return true;
  }

  settle(
    ref: ObjectRef,
    claimId: string,
    { settlements, refreshes, revision }: ModelSettlement,
    times: Omit<transitions.SettleTimes, "resumedAt">,
  ): void {
    const object = objectKey(ref);
    if (this.#lanes.get(object)?.claimId !== claimId) return;
    for (const settlement of settlements) {
      const row = this.rows.get(settlement.sequence);
      if (row?.current.claimId !== claimId) continue;
      const all = { ...times, resumedAt: this.#resumedAt };
      this.#update(settlement.sequence, transitions.settledRow(row.current, settlement, all));
    }
    const pauses = settlements.some(({ state }) => state === "paused");
    if (pauses && this.#resumedAt !== null) this.#resumedAt = Math.min(this.#resumedAt, times.now);
    const left = this.#openRows(object).some(([, { current }]) => current.claimId === claimId);
    if (!left) this.#lanes.delete(object);
    if (this.#refreshes.get(object)?.revision === revision) this.#refreshes.delete(object);
    for (const request of refreshes) this.refresh(request, times.now);
  }

  replay(states: readonly DeliveryState[] | undefined, limit: number | undefined, now: number) {
    const chosen = [...this.rows].filter(([, { current, hasBody }]) => {
      return hasBody && replayedStates({ states }).includes(current.state);
    });
    return this.#updateAll(chosen.slice(0, limit), (row) => transitions.replayedRow(row, now));
  }

  discard(states: readonly DeliveryState[] | undefined, limit: number | undefined): number {
    const discarded = discardedStates({ states });
    const chosen = [...this.rows].filter(([, { current }]) => discarded.includes(current.state));
    for (const [sequence] of chosen.slice(0, limit)) this.rows.delete(sequence);
    return Math.min(chosen.length, limit ?? chosen.length);
  }

  resume(now: number): number {
    this.#resumedAt = now;
    const paused = [...this.rows].filter(([, { current }]) => current.state === "paused");
    return this.#updateAll(paused, (row) => transitions.resumedRow(row, now));
  }

  /** Returns the keys of objects that are due. */
  due(now: number, debounced: boolean): readonly string[] {
    const due = [...this.rows.values()].filter(
      ({ object, current }) =>
        (transitions.isReady(current, now) || (debounced && transitions.isDebounced(current))) &&
        !transitions.isLaneHeld(this.#lanes.get(object) ?? null, now),
    );
    const refreshed = [...this.#refreshes].filter(
      ([object, refresh]) =>
        transitions.isRefreshReady(refresh, now) &&
        !transitions.isLaneHeld(this.#lanes.get(object) ?? null, now),
    );
    const keys = [...due.map(({ object }) => object), ...refreshed.map(([object]) => object)];
    return [...new Set(keys)].sort();
  }

  purge(options: Omit<PurgeOptions, "now" | "signal"> & { readonly now: number }): void {
    for (const [sequence, row] of this.rows) {
      const action = transitions.retention(row.current, options);
      if (action === "delete") this.rows.delete(sequence);
      if (action === "erase-body") this.rows.set(sequence, { ...row, hasBody: false });
    }
  }

  #openRows(object: string): readonly (readonly [number, ModelRow])[] {
    return [...this.rows]
      .filter(
        ([, row]) => row.object === object && ["waiting", "claimed"].includes(row.current.state),
      )
      .sort(([a], [b]) => a - b);
  }

  #update(sequence: number, current: transitions.RowState): void {
    const row = this.rows.get(sequence);
    if (row !== undefined) this.rows.set(sequence, { ...row, current });
  }

  #updateAll(
    chosen: readonly (readonly [number, ModelRow])[],
    transition: (row: transitions.RowState) => transitions.RowState,
  ): number {
    for (const [sequence, { current }] of chosen) this.#update(sequence, transition(current));
    return chosen.length;
  }
}
