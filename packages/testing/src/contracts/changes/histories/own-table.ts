import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import type { ClaimedChange } from "@jobber-sync/core/ports";

type AnyRecord = JobRecord | ContactRecord;

/** A table that a change handler fills as the guides recommend. */
export interface OwnTable {
  /**
   * Upserts the record of a change `WHERE stored.sequence < excluded.sequence`.
   *
   * @throws {AssertionError} if the change is out of order, or does not follow from the one before
   */
  handle(change: ClaimedChange): void;
  /** Notes that a change is dead, so that the next one of its record follows from it. */
  giveUp(change: ClaimedChange): void;
  /** The records: jobs, then contacts, by id. */
  records(): readonly AnyRecord[];
  /** The numbers of all changes that were handled. */
  handled(): readonly number[];
}

interface Line {
  /** The highest number of a change that was handled or given up. */
  last: number;
  /** The record after that change. */
  after: AnyRecord | null;
}

/**
 * Creates a table.
 *
 * @param options.isLate whether the table ignores what was committed before it existed
 */
export function createOwnTable({ isLate = false } = {}): OwnTable {
  const rows = new Map<string, { readonly sequence: number; readonly record: AnyRecord }>();
  const lines = new Map<string, Line>();
  const handled = new Set<number>();

  function follow(change: ClaimedChange): void {
    const line = lines.get(keyOf(change)) ?? { last: 0, after: null };
    lines.set(keyOf(change), line);
    const { sequence, after } = change;
    if (handled.has(sequence) || change.replay) return;
    strictEqual(sequence > line.last, true, `change ${sequence} comes after ${line.last}`);
    // The changes before a late table's first one are unknown.
    const isKnown = !isLate || line.after !== null;
    if (isKnown) deepStrictEqual(change.initial ? after : change.before, line.after);
    line.last = sequence;
    line.after = after;
  }

  return {
    handle(change) {
      follow(change);
      handled.add(change.sequence);
      const key = keyOf(change);
      if ((rows.get(key)?.sequence ?? 0) >= change.sequence) return;
      rows.set(key, { sequence: change.sequence, record: change.after });
    },
    giveUp: follow,
    records: () => [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, { record }]) => record),
    handled: () => [...handled].sort((a, b) => a - b),
  };
}

function keyOf(change: ClaimedChange): string {
  return change.objectType === "job"
    ? `0 ${change.after.jobberJobId}`
    : `1 ${change.after.jobberClientId}`;
}
