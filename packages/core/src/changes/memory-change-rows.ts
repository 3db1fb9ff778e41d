import type { ObjectRef } from "../inbox/delivery.ts";
import { objectKey } from "../inbox/object-key.ts";
import type { Lane } from "../inbox/transitions.ts";
import type { ChangeRowState } from "./change-rules.ts";
import type { ChangeFilter, ClaimedChange } from "./record-change.ts";

/** A change and its state. */
export interface MemoryChange {
  readonly object: ObjectRef;
  change: ClaimedChange;
  /** Milliseconds since 1970. */
  readonly at: number;
  current: ChangeRowState;
}

/** A record with waiting changes, or with a claim. */
export interface MemoryLine {
  readonly object: ObjectRef;
  /** Waiting changes, ascending by sequence. */
  readonly rows: MemoryChange[];
  /** `null` while no claim has the record. */
  lane: Lane | null;
}

/** The rows of a memory feed and an index of the waiting ones. */
export interface MemoryChangeRows {
  readonly all: ReadonlyMap<number, MemoryChange>;
  readonly lines: ReadonlyMap<string, MemoryLine>;
  add(row: MemoryChange): void;
  /** Replaces a row's state and updates the index. */
  update(row: MemoryChange, state: ChangeRowState): void;
  delete(row: MemoryChange): void;
  /** Frees a line's lane. */
  free(line: MemoryLine): void;
  /** Selects rows, oldest first. */
  select(filter: ChangeFilter): readonly MemoryChange[];
}

/** Creates an empty set of rows. */
export function createMemoryChangeRows(): MemoryChangeRows {
  const all = new Map<number, MemoryChange>();
  const lines = new Map<string, MemoryLine>();

  return {
    all,
    lines,
    add(row) {
      all.set(row.change.sequence, row);
      enter(row);
    },
    update(row, state) {
      const waited = row.current.state === "waiting";
      row.current = state;
      if (state.state === "waiting" && !waited) enter(row);
      else if (state.state !== "waiting" && waited) leave(row);
    },
    delete(row) {
      all.delete(row.change.sequence);
      if (row.current.state === "waiting") leave(row);
    },
    free(line) {
      line.lane = null;
      dropEmpty(line);
    },
    select({ tenant, states, objectType, objectId, sequences, limit = Number.POSITIVE_INFINITY }) {
      return [...all.values()]
        .filter(
          ({ object, change, current }) =>
            (tenant === undefined || object.tenant === tenant) &&
            (states === undefined || states.includes(current.state)) &&
            (objectType === undefined || object.objectType === objectType) &&
            (objectId === undefined || object.objectId === objectId) &&
            (sequences === undefined || sequences.includes(change.sequence)),
        )
        .sort(bySequence)
        .slice(0, limit);
    },
  };

  function enter(row: MemoryChange): void {
    const key = objectKey(row.object);
    const line = lines.get(key) ?? { object: row.object, rows: [], lane: null };
    lines.set(key, line);
    const last = line.rows.at(-1);
    line.rows.push(row);
    if (last !== undefined && bySequence(last, row) > 0) line.rows.sort(bySequence);
  }

  function leave(row: MemoryChange): void {
    const line = lines.get(objectKey(row.object));
    if (line === undefined) return;
    line.rows.splice(line.rows.indexOf(row), 1);
    dropEmpty(line);
  }

  function dropEmpty(line: MemoryLine): void {
    if (line.rows.length === 0 && line.lane === null) lines.delete(objectKey(line.object));
  }
}

function bySequence(a: MemoryChange, b: MemoryChange): number {
  return a.change.sequence - b.change.sequence;
}
