import type { ObjectParent } from "../inbox/object-parent.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { FetchedRecords } from "../records/record-source.ts";
import type { SyncResult } from "../store/sync-store.ts";
import { fetchedChange } from "./build-change.ts";
import { cascadeOf } from "./cascade.ts";
import type { Processor, TaskResult } from "./delivery-task.ts";
import { fetchedTime, isStale, nextLook } from "./freshness.ts";
import { furtherLooks, type Look } from "./further-looks.ts";
import {
  asUpdate,
  isDestroy,
  isRecord,
  type Notification,
  type NotificationGroup,
  processedEach,
  type Resolution,
} from "./notification-group.ts";
import { applyChange, mapEvent } from "./write-change.ts";

/** A fetch that found its object. */
export interface FoundObject {
  readonly type: Look["type"];
  readonly fetched: FetchedRecords<RecordExtras>;
  /** Drawn before the fetch. */
  readonly sequence: number;
  /** Start of the fetch. Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Writes what was fetched. A delivery whose change the data cannot contain is fetched again before
 * its submission is written and its handlers run.
 */
export async function writeFound(
  processor: Processor,
  group: NotificationGroup,
  { type, fetched, sequence, at }: FoundObject,
): Promise<Resolution> {
  const { store, freshness } = processor;
  const { tenant, tasks, refresh, signal } = group;
  const updatedAt = isRecord(type) ? fetchedTime(type, fetched) : null;
  const outcome = new Map<Notification, TaskResult>();
  for (const task of tasks) {
    const result = isRecord(type) ? recheck(task) : null;
    if (result !== null) outcome.set(task, result);
  }
  const ready = tasks.filter((task) => !outcome.has(task));
  // Whether all that is known is that the object still exists.
  const isAlive = ready.length === 0 && refresh === null && [...outcome.values()].every(isDeleted);
  if (isAlive) return { outcome, refreshes: [], error: null };
  const alive = ready.map((task) =>
    isRecord(type) ? { ...task, event: asUpdate(task.event) } : task,
  );
  const built = mapEvent(() => fetchedChange(alive, tenant, sequence, fetched));
  const cause = tasks.length === 0 ? "recheck" : "webhook";
  const result = await applyChange(store, { ...built, change: { ...built.change, cause } }, signal);
  const processed = [...processedEach(alive, built, { result, records: fetched }).values()];
  for (const [index, task] of ready.entries()) {
    const entry = processed[index];
    if (entry !== undefined) outcome.set(task, entry);
  }
  const changed = writtenRecords(type, result).some((record) => record.changed.length > 0);
  const rechecks = ready.length < tasks.length;
  const look: Look = { type, fetched, tasks: ready, refresh, at, updatedAt, changed, rechecks };
  const looks = furtherLooks(group, look, freshness);
  // A replica that lags still has a property that was destroyed.
  const isDestroyed = type === "property" && tasks.some(({ event }) => isDestroy(event));
  const cascade = isDestroyed ? await cascadeOf(processor, group, at) : [];
  const parents = parentsOf(group, fetched);
  return { outcome, refreshes: [...looks, ...cascade], parents, error: null };

  /** A destroy may outrun Jobber's replicas, and so may an update. */
  function recheck(task: Notification): TaskResult | null {
    const reason = isDestroy(task.event) ? "still_there" : "stale";
    if (reason === "stale" && !isFirstStale(task)) return null;
    const dueAt = nextLook(task.recheckSince, at, freshness);
    return dueAt === null ? null : { kind: "recheck", reason, at, dueAt };
  }

  function isFirstStale(task: Notification): boolean {
    // In inline mode there is no second look, and old data is better than none.
    return freshness !== undefined && task.recheckSince === null && isStale(task, updatedAt);
  }
}

function isDeleted(result: TaskResult): boolean {
  return result.kind === "recheck" && result.reason === "still_there";
}

/** The records of the object: of a visit or property, its jobs and their clients. */
function writtenRecords(
  type: FoundObject["type"],
  { jobs, contacts }: SyncResult,
): readonly { readonly changed: readonly string[] }[] {
  if (type === "job") return jobs;
  return type === "client" ? contacts : [...jobs, ...contacts];
}

/** The job of a visit, or the client of a property. */
function parentsOf(
  { tenant, object: { objectType, itemId: objectId } }: NotificationGroup,
  { jobs: [job], contacts: [client] }: FetchedRecords<RecordExtras>,
): readonly ObjectParent[] {
  const object = { tenant, objectType, objectId };
  if (objectType === "visit" && job !== undefined)
    return [{ ...object, parentType: "job", parentId: job.jobberJobId }];
  if (objectType === "property" && client !== undefined)
    return [{ ...object, parentType: "client", parentId: client.jobberClientId }];
  return [];
}
