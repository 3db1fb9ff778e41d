import type { DeliveryState } from "@jobber-sync/core";
import {
  discardedStates,
  type IncomingDelivery,
  type LeaseOptions,
  type ObjectRef,
  objectKey,
  type PurgeOptions,
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

/**
 * One tenant's inbox as `transitions` defines it. Ids and sequences come from the inbox under test.
 */
export class InboxModel {
  readonly rows = new Map<number, ModelRow>();
  /** Of all rows, including those that were deleted. */
  readonly sequences: number[] = [];
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

  /** Returns the rows that a claim must take, ascending; empty if it must be `null`. */
  claimable(
    ref: ObjectRef,
    { now, limit, debounced }: ModelClaimOptions,
  ): readonly (readonly [number, ModelRow])[] {
    const object = objectKey(ref);
    if (transitions.isLaneHeld(this.#lanes.get(object) ?? null, now)) return [];
    const rows = this.#openRows(object).map(([sequence, row]) => ({ ...row, sequence, row }));
    return transitions
      .claimableRows(rows, { now, limit, debounced })
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
    settlements: readonly Settlement[],
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
    return [...new Set(due.map(({ object }) => object))].sort();
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
