import { listenByPolling } from "../inbox/listen-by-polling.ts";
import { objectKey } from "../inbox/object-key.ts";
import { isLaneHeld } from "../inbox/transitions.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import { writtenRecord } from "../store/written-record.ts";
import { toInstant } from "../time/instant.ts";
import type { ChangeFeed } from "./change-feed.ts";
import {
  behindChange,
  CHANGE_DEFAULTS,
  committedChange,
  isChangeDue,
  replayedChange,
  replayedChangeStates,
  settledChange,
} from "./change-rules.ts";
import { createMemoryChangeRows, type MemoryChange } from "./memory-change-rows.ts";
import type { ChangeInfo, ChangeStats, ClaimedChange, UnnumberedChange } from "./record-change.ts";

/** Dependencies of {@link createMemoryChangeFeed}. */
export interface MemoryChangeFeedOptions {
  readonly nextSequence: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Returns every record of a tenant as a change that names all of it. */
  readonly stored: (tenant: string) => readonly UnnumberedChange[];
}

/** A feed in memory, and the means to write to it. */
export interface MemoryChangeFeed {
  readonly feed: ChangeFeed;
  /** Writes changes if the feed is enabled. Synchronous, so that nothing comes between. */
  write(changes: readonly UnnumberedChange[]): void;
  /** Replaces the values in the changes of erased records by what is left of the records. */
  erase(records: readonly (JobRecord | ContactRecord)[]): void;
}

/** Creates the feed of a memory store. */
export function createMemoryChangeFeed({
  nextSequence,
  now: clock,
  stored,
}: MemoryChangeFeedOptions): MemoryChangeFeed {
  const rows = createMemoryChangeRows();
  const wakes = new Set<() => void>();
  let enabled = false;
  let claims = 0;

  const feed: ChangeFeed = {
    enable() {
      enabled = true;
    },

    async due({ now, limit, exclude = [], excludeTenants = [] }) {
      const excluded = new Set(exclude.map(objectKey));
      return [...rows.lines.values()]
        .filter(
          ({ object, rows: line, lane }) =>
            !excludeTenants.includes(object.tenant) &&
            !excluded.has(objectKey(object)) &&
            !isLaneHeld(lane, now) &&
            line.some(({ current }) => isChangeDue(current, now)),
        )
        .slice(0, limit)
        .map(({ object }) => object);
    },

    async claim(object, { leaseMs, now, limit = Number.POSITIVE_INFINITY }) {
      const line = rows.lines.get(objectKey(object));
      const first = line?.rows[0];
      if (line === undefined || first === undefined || isLaneHeld(line.lane, now)) return null;
      if (!isChangeDue(first.current, now)) {
        const { dueAt } = first.current;
        for (const row of line.rows)
          if (isChangeDue(row.current, now))
            rows.update(row, behindChange(row.current, dueAt, now));
        return null;
      }
      claims += 1;
      const id = String(claims);
      line.lane = { claimId: id, until: now + leaseMs, leaseMs };
      const blocked = line.rows.findIndex(({ current }) => !isChangeDue(current, now));
      const due = blocked === -1 ? line.rows : line.rows.slice(0, blocked);
      return { id, object: line.object, changes: due.slice(0, limit).map(claimedChange) };
    },

    async extend({ id, object }, { leaseMs, now }) {
      const line = rows.lines.get(objectKey(object));
      if (line?.lane?.claimId !== id) return false;
      line.lane = { claimId: id, until: now + leaseMs, leaseMs };
      return true;
    },

    async settle({ id, object }, settlements) {
      const line = rows.lines.get(objectKey(object));
      if (line?.lane?.claimId !== id) return;
      const now = clock();
      for (const settlement of settlements) {
        const row = rows.all.get(settlement.sequence);
        if (row !== undefined) rows.update(row, settledChange(row.current, settlement, now));
      }
      rows.free(line);
      wake();
    },

    listen(run, options) {
      const onWake = (listener: () => void) => {
        wakes.add(listener);
        return () => wakes.delete(listener);
      };
      return listenByPolling(feed, run, { ...options, now: clock, onWake });
    },

    async initial(tenant, { now = clock() } = {}) {
      const changes = stored(tenant);
      add(changes, now);
      return changes.length;
    },

    async replay(filter, { now = clock() } = {}) {
      const chosen = rows.select({ ...filter, states: replayedChangeStates(filter) });
      for (const row of chosen) rows.update(row, replayedChange(row.current, now));
      wake();
      return chosen.length;
    },

    async list({ limit = CHANGE_DEFAULTS.listLimit, ...filter }) {
      return rows.select({ ...filter, limit }).map(changeInfo);
    },

    async stats({ now = clock() } = {}) {
      return statsOf(rows.all.values(), now);
    },

    async purge({ now = clock(), doneAfterMs = CHANGE_DEFAULTS.doneAfterMs, signal } = {}) {
      let deleted = 0;
      for (const row of rows.all.values()) {
        if (signal?.aborted) break;
        const { state, finishedAt } = row.current;
        if (state !== "done" || now - (finishedAt ?? now) <= doneAfterMs) continue;
        rows.delete(row);
        deleted += 1;
      }
      return deleted;
    },
  };

  return {
    feed,
    write(changes) {
      if (enabled && changes.length > 0) add(changes, clock());
    },
    erase(records) {
      const left = new Map(records.map((record) => [keyOfRecord(record), record]));
      for (const row of rows.all.values()) {
        const record = left.get(keyOfRecord(row.change.after));
        if (record === undefined) continue;
        const before = row.change.before === null ? null : record;
        row.change = {
          ...row.change,
          ...writtenRecord("updated", before, record),
        } as ClaimedChange;
        row.current = { ...row.current, error: null };
      }
    },
  };

  function add(changes: readonly UnnumberedChange[], now: number): void {
    for (const change of changes) {
      const sequence = nextSequence();
      const [objectType, objectId] = nameOf(change.after);
      const { tenant } = change.after;
      rows.add({
        object: { tenant, objectType, objectId },
        // The record of a change fits its type: both come from one table.
        change: {
          ...change,
          sequence,
          tenant,
          objectType,
          at: toInstant(now),
          attempts: 0,
          replay: false,
        } as ClaimedChange,
        at: now,
        current: committedChange(now),
      });
    }
    wake();
  }

  function wake(): void {
    for (const listener of wakes) listener();
  }
}

function nameOf(record: JobRecord | ContactRecord): readonly ["job" | "client", string] {
  return "jobberJobId" in record
    ? ["job", record.jobberJobId]
    : ["client", record.jobberClientId ?? ""];
}

function keyOfRecord(record: JobRecord | ContactRecord): string {
  const [objectType, objectId] = nameOf(record);
  return objectKey({ tenant: record.tenant, objectType, objectId });
}

function claimedChange({ change, current: { attempts, replay } }: MemoryChange): ClaimedChange {
  return { ...change, attempts, replay };
}

function changeInfo({ object, change, at, current }: MemoryChange): ChangeInfo {
  const { sequence, cause, ref, initial } = change;
  const { finishedAt: _, delayMs: __, ...state } = current;
  return {
    ...object,
    objectType: change.objectType,
    sequence,
    cause,
    ref,
    at,
    initial,
    ...state,
  };
}

function statsOf(changes: Iterable<MemoryChange>, now: number): readonly ChangeStats[] {
  const stats = new Map<string, ChangeStats>();
  for (const { object, at, current } of changes) {
    const { state } = current;
    if (state === "done") continue;
    const { tenant } = object;
    const key = `${state} ${tenant}`;
    const before = stats.get(key);
    const oldestAgeMs = Math.max(0, now - at, before?.oldestAgeMs ?? 0);
    stats.set(key, { tenant, state, rows: (before?.rows ?? 0) + 1, oldestAgeMs });
  }
  return [...stats.values()];
}
