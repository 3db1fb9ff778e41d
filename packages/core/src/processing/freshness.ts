import type { ClaimedRefresh } from "../inbox/refresh.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { FetchedRecords, SourceObjectType } from "../records/record-source.ts";
import type { Instant } from "../time/instant.ts";
import type { Freshness } from "./delivery-task.ts";
import type { Notification } from "./notification-group.ts";

/** Time after its receipt at which a change counts as present on every replica. Milliseconds. */
const SETTLED_MS = 2000;
/** The longest time for which a burst postpones its fetch. Milliseconds. */
const LONGEST_WAIT_MS = 3000;

/**
 * Returns the time of the next look, or `null` after the last one. In inline mode, which has no
 * later run, a first look has a next one and a later look none.
 *
 * @param since the first look. `null` if this is the first one
 * @param at the time of this look
 */
export function nextLook(
  since: number | null,
  at: number,
  freshness: Freshness | undefined,
): number | null {
  if (freshness === undefined) return since === null ? at : null;
  const first = since ?? at;
  const next = freshness.looksMs.find((ms) => first + ms > at);
  return next === undefined ? null : first + next;
}

/** Returns the time of the look after a fetch through a visit or a property. */
export function lookThrough(at: number, { looksMs }: Freshness): number {
  return at + (looksMs[1] ?? looksMs[0] ?? 0);
}

/**
 * Returns when to fetch a burst that has two changes within one second, or `null` for at once.
 *
 * Jobber's times are whole seconds: of two changes within one, a fetch soon afterwards may show
 * only the first, with the same time. Once both are settled, one fetch shows them.
 */
export function settledAt(
  tasks: readonly Notification[],
  { now, waits }: Freshness,
): number | null {
  if (!waits || tasks.some(({ recheckSince }) => recheckSince !== null)) return null;
  const times = tasks.map(occurredAt);
  const last = Math.max(...times.map((time) => time ?? 0));
  if (times.filter((time) => time === last).length < 2) return null;
  const received = tasks.map(({ receivedAt }) => receivedAt);
  const latest = Math.max(...received);
  const dueAt = Math.min(latest + SETTLED_MS, Math.min(...received) + LONGEST_WAIT_MS);
  // A clock that was corrected must not postpone the fetch.
  return dueAt > now() && dueAt - now() <= LONGEST_WAIT_MS ? dueAt : null;
}

/** Returns Jobber's time of the notification; `null` without one. Milliseconds since 1970. */
export function occurredAt({ event }: Notification): number | null {
  return event.occurredAt === null ? null : Date.parse(event.occurredAt);
}

/** Returns the source time of the record that was asked for; `null` if it is unknown. */
export function fetchedTime(
  type: SourceObjectType,
  { jobs, contacts }: FetchedRecords<RecordExtras>,
): number | null {
  const time: Instant | null | undefined = (type === "job" ? jobs : contacts)[0]?.sourceUpdatedAt;
  return time === null || time === undefined ? null : Date.parse(time);
}

/** Evidence about a fetch of a job or client. */
export interface FetchEvidence {
  readonly tasks: readonly Notification[];
  readonly refresh: ClaimedRefresh | null;
  /** Start of the fetch. Milliseconds since 1970. */
  readonly at: number;
  /** The source time of the fetched record. Milliseconds since 1970. */
  readonly updatedAt: number | null;
  /** Whether the fetch changed the stored record. */
  readonly changed: boolean;
}

/**
 * Whether the fetch is proven to show every change that was notified:
 *
 * - The record is newer than the last notification.
 * - It is not older, and the fetch began 2 s after the receipt.
 * - It is not older, there was one notification in that second, and the fetch changed the record.
 */
export function isProven({ tasks, refresh, at, updatedAt, changed }: FetchEvidence): boolean {
  const settled = Math.max(...tasks.map(({ receivedAt }) => receivedAt), refresh?.since ?? 0);
  const isSettled = at - settled >= SETTLED_MS;
  const times = [...tasks.map(occurredAt), refresh?.occurredAt ?? null];
  const last = Math.max(...times.map((time) => time ?? 0));
  if (updatedAt === null || last === 0) return isSettled;
  if (updatedAt !== last) return updatedAt > last;
  return isSettled || (changed && times.filter((time) => time === last).length === 1);
}

/** Whether the fetched record is older than the change that the notification is about. */
export function isStale(task: Notification, updatedAt: number | null): boolean {
  const changedAt = occurredAt(task);
  return updatedAt !== null && changedAt !== null && updatedAt < changedAt;
}
