import { type Instant, parseInstant, toInstant } from "@jobber-sync/core";
import { createCursorCheck } from "../pages/check-page.ts";
import { estimateTotal, type ProgressMeter } from "./progress.ts";
import { readPage } from "./read-page.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import { countsOf } from "./reconcile-report.ts";
import { isStored, type ReadRecord, readStored, writeRecords } from "./record-type.ts";
import type { ReadPage } from "./request-page.ts";
import type { SeenIds } from "./seen-ids.ts";
import type { UnreadableRecords } from "./unreadable-records.ts";
import { saveWalk, type WalkState } from "./walk-state.ts";
import { countWebhooks } from "./watch-webhooks.ts";

/** Options for a walk over one record type. */
export interface WalkOptions {
  /** The ids seen so far; `null` for a walk that does not look for deletes. */
  readonly seen: SeenIds | null;
  readonly unreadable: UnreadableRecords;
  readonly progress: ProgressMeter;
}

// Lists lag behind writes by seconds, and a list that changes during the walk may skip a record.
const OVERLAP_MS = 10 * 60_000;

/**
 * Reads the rest of a walk over one record type and writes what differs. The position is stored
 * after each page.
 *
 * @returns the state after the last page; its `after` is not null if the run yielded before the end
 */
export async function walkRecords(
  context: ReconcileContext,
  start: WalkState,
  options: WalkOptions,
): Promise<{ readonly state: WalkState; readonly ended: boolean }> {
  const { cursors, store, tenant } = context;
  const { type } = start;
  const cursor = start.full ? null : parseInstant((await cursors.get(tenant, `${type}s`)) ?? "");
  const since = cursor === null ? null : toInstant(Date.parse(cursor) - OVERLAP_MS);
  const cursorCheck = createCursorCheck(type);
  for (let state = start; ; ) {
    // Before the page is read: its content is at least as new as this number.
    const sequence = await store.nextSequence();
    const read = await readPage(context, { type, after: state.after, since });
    const differing = await writeDifferences(context, read.records, sequence);
    if (cursor !== null) countWebhooks(context, read, { differing, since: cursor });
    for (const { id, reason } of read.unreadable) await options.unreadable.add(type, id, reason);
    await options.seen?.add(seenIn(read));
    const older = since !== null && read.records.some(({ record }) => isBefore(record, since));
    const ended = !read.page.pageInfo.hasNextPage || older;
    const first = state.after === null;
    const done = state.done + read.records.length;
    state = {
      ...state,
      done,
      total: first ? await estimateTotal(context, state, read) : state.total,
      watermark: first ? watermarkOf(read, context.now()) : state.watermark,
      begunAt: state.begunAt ?? watermarkOf(read, context.now()),
      after: ended ? state.after : cursorCheck.next(read.page),
      failures: 0,
    };
    countsOf(context, type).seen += read.records.length;
    options.progress.emit(context, state, read.records.length);
    if (ended) return { state, ended };
    await saveWalk(cursors, tenant, state);
    if (context.shouldYield()) return { state, ended };
  }
}

/**
 * Writes the records that differ from the stored ones, and counts the outcomes. All records are of
 * one type.
 *
 * @returns the records that differed
 */
export async function writeDifferences(
  context: ReconcileContext,
  records: readonly ReadRecord[],
  sequence: number,
): Promise<readonly ReadRecord[]> {
  const [first] = records;
  if (first === undefined) return [];
  const ids = records.map(({ id }) => id);
  const stored = new Map(
    (await readStored(context, first.type, { ids })).map((row) => [row.id, row]),
  );
  const differing = records.filter((record) => !isStored(record, stored.get(record.id)));
  if (differing.length === 0) return differing;
  const counts = countsOf(context, first.type);
  for (const outcome of await writeRecords(context, differing, { sequence })) {
    if (outcome === "inserted") counts.inserted += 1;
    if (outcome === "updated") counts.updated += 1;
  }
  return differing;
}

/** Unreadable records exist, so a sweep must not find them missing. */
function seenIn({ records, unreadable }: ReadPage): readonly string[] {
  return [...records, ...unreadable].flatMap(({ id }) => (id === null ? [] : [id]));
}

/**
 * Jobber's clock where it is known: the latest `updatedAt` may be that of a change after the walk
 * began.
 */
function watermarkOf({ serverTime, records }: ReadPage, now: number): Instant | null {
  if (serverTime !== null) return toInstant(serverTime);
  const times = records.map(({ record }) => Date.parse(record.sourceUpdatedAt ?? ""));
  const latest = Math.max(...times.filter((time) => !Number.isNaN(time) && time <= now));
  return Number.isFinite(latest) ? toInstant(latest) : null;
}

function isBefore(record: { readonly sourceUpdatedAt: Instant | null }, time: Instant): boolean {
  return record.sourceUpdatedAt !== null && Date.parse(record.sourceUpdatedAt) < Date.parse(time);
}
