import type { DeliveryFilter, ObjectRef } from "./delivery.ts";
import type { MemoryRow } from "./memory-row.ts";
import { objectKey } from "./object-key.ts";
import type { RefreshState } from "./refresh.ts";
import type { Lane, RowState } from "./transitions.ts";

/** An object with work: rows that are `waiting` or `claimed`, or a refresh. */
export interface OpenObject {
  readonly ref: ObjectRef;
  readonly rows: Set<MemoryRow>;
  refresh: RefreshState | null;
  /** `null` while no claim has the object. */
  lane: Lane | null;
}

/** Lanes by `objectKey`, for the inbox and the outbox of one process. */
export type MemoryLanes = Map<string, Lane>;

type KeyedDelivery = Pick<MemoryRow, "tenant" | "deliveryKey">;

/** The rows of a memory inbox and an index of those that may still run. */
export interface MemoryRows {
  readonly all: ReadonlyMap<number, MemoryRow>;
  readonly open: ReadonlyMap<string, OpenObject>;
  add(row: MemoryRow): void;
  /** Replaces a row's state and updates the index. */
  update(row: MemoryRow, state: RowState): void;
  delete(row: MemoryRow): void;
  /** Replaces an object's refresh; `null` removes it. */
  setRefresh(object: ObjectRef, refresh: RefreshState | null): void;
  /** Returns whether a row of the tenant has the delivery's key. */
  hasKey(delivery: KeyedDelivery): boolean;
  /** Selects rows as `list` does: between two sequences, in either order. */
  page(filter: DeliveryFilter): readonly MemoryRow[];
  /** Selects rows, oldest first. */
  select(filter: DeliveryFilter): readonly MemoryRow[];
}

/** Creates an empty set of rows. */
export function createMemoryRows(lanes: MemoryLanes): MemoryRows {
  const all = new Map<number, MemoryRow>();
  const open = new Map<string, OpenObject>();
  /** Number of rows per delivery key. */
  const keys = new Map<string, number>();

  return {
    all,
    open,
    add(row) {
      all.set(row.sequence, row);
      countKey(row, 1);
      index(row);
    },
    update(row, state) {
      row.current = state;
      index(row);
    },
    delete(row) {
      all.delete(row.sequence);
      countKey(row, -1);
      unindex(row);
    },
    setRefresh(ref, refresh) {
      const key = objectKey(ref);
      openObject(ref).refresh = refresh;
      prune(key);
    },
    hasKey: (delivery) => (keys.get(keyOf(delivery)) ?? 0) > 0,
    page({ limit, ...filter }) {
      const { afterSequence = 0, beforeSequence = Number.POSITIVE_INFINITY } = filter;
      const between = this.select(filter).filter(
        ({ sequence }) => sequence > afterSequence && sequence < beforeSequence,
      );
      return (filter.newestFirst ? between.toReversed() : between).slice(0, limit);
    },
    select({ sequences, limit = Number.POSITIVE_INFINITY, ...filter }) {
      const candidates =
        sequences === undefined
          ? [...all.values()]
          : [...new Set(sequences)].flatMap((sequence) => all.get(sequence) ?? []);
      return candidates
        .filter((row) => matches(row, filter))
        .sort((a, b) => a.sequence - b.sequence)
        .slice(0, limit);
    },
  };

  function countKey(row: KeyedDelivery, change: 1 | -1): void {
    const key = keyOf(row);
    const count = (keys.get(key) ?? 0) + change;
    if (count > 0) keys.set(key, count);
    else keys.delete(key);
  }

  function index(row: MemoryRow): void {
    const { state } = row.current;
    if (state !== "waiting" && state !== "claimed") {
      unindex(row);
      return;
    }
    openObject(row).rows.add(row);
  }

  function unindex(row: MemoryRow): void {
    const key = objectKey(row);
    open.get(key)?.rows.delete(row);
    prune(key);
  }

  function openObject({ tenant, objectType, objectId }: ObjectRef): OpenObject {
    const ref = { tenant, objectType, objectId };
    const key = objectKey(ref);
    const known = open.get(key);
    if (known !== undefined) return known;
    const object: OpenObject = {
      ref,
      rows: new Set<MemoryRow>(),
      refresh: null,
      get lane() {
        return lanes.get(key) ?? null;
      },
      set lane(lane) {
        if (lane === null) lanes.delete(key);
        else lanes.set(key, lane);
      },
    };
    open.set(key, object);
    return object;
  }

  function prune(key: string): void {
    const object = open.get(key);
    if (object?.rows.size === 0 && object.refresh === null) open.delete(key);
  }
}

function keyOf({ tenant, deliveryKey }: KeyedDelivery): string {
  return `${tenant.length}:${tenant}${deliveryKey}`;
}

function matches(row: MemoryRow, filter: Omit<DeliveryFilter, "sequences" | "limit">): boolean {
  const { tenant, states, objectType, objectId, topic, receivedFrom, receivedBefore } = filter;
  return (
    (tenant === undefined || row.tenant === tenant) &&
    (states === undefined || states.includes(row.current.state)) &&
    (objectType === undefined || row.objectType === objectType) &&
    (objectId === undefined || row.objectId === objectId) &&
    (topic === undefined || row.topic === topic) &&
    (receivedFrom === undefined || row.receivedAt >= receivedFrom) &&
    (receivedBefore === undefined || row.receivedAt < receivedBefore)
  );
}
