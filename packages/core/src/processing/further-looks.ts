import type { ClaimedRefresh, ObjectRefresh, RefreshRequest } from "../inbox/refresh.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { FetchedRecords } from "../records/record-source.ts";
import type { Freshness } from "./delivery-task.ts";
import { type FetchEvidence, isProven, lookThrough, nextLook, occurredAt } from "./freshness.ts";
import { isRecord, type NotificationGroup } from "./notification-group.ts";

/** A fetch that found its object, and its effect. */
export interface Look extends FetchEvidence {
  readonly type: "job" | "client" | "visit" | "property";
  readonly fetched: FetchedRecords<RecordExtras>;
  /** Whether a delivery of the group waits to be fetched again. */
  readonly rechecks: boolean;
}

/**
 * Returns the reads that have to follow a fetch. Pure.
 *
 * A job or client is read until the change is proven to be visible. Nothing proves that for data
 * that was read through a visit or a property: it gets one more look, and another one only if that
 * look changed something.
 */
export function furtherLooks(
  { tenant, object: { objectType, itemId, accountId }, tasks }: NotificationGroup,
  look: Look,
  freshness: Freshness | undefined,
): readonly ObjectRefresh[] {
  if (freshness === undefined) return [];
  const { at, type } = look;
  const own = { tenant, objectType, objectId: itemId, accountId };
  const requests: (RefreshRequest | null)[] = [keptLook(look), changedLook(look, freshness)];
  if (isRecord(type)) requests.push(look.rechecks ? null : unprovenLook(look, freshness));
  const looks: ObjectRefresh[] = requests.flatMap((request) =>
    request === null ? [] : [{ ...own, ...request }],
  );
  if (isRecord(type) || tasks.length === 0) return looks;
  const through = { accountId, dueAt: lookThrough(at, freshness), since: at };
  // A property is read with all its jobs in one fetch; a visit only names its job.
  if (type === "property") return [{ ...own, ...through }];
  const [job] = look.fetched.jobs;
  if (job === undefined) return looks;
  return [...looks, { tenant, objectType: "job", objectId: job.jobberJobId, ...through }];
}

/** The refresh itself, if it has to be read again later than now. */
function keptLook({ refresh, at }: Look): RefreshRequest | null {
  if (refresh === null || refresh.lastAt <= at) return null;
  return { dueAt: refresh.lastAt, since: refresh.since };
}

/** Another look if the one through a visit or property changed something. */
function changedLook({ refresh, at, changed }: Look, freshness: Freshness): RefreshRequest | null {
  if (refresh === null || !isThrough(refresh) || !changed || at < refresh.lastAt) return null;
  const dueAt = nextLook(refresh.since, at, freshness);
  return dueAt === null ? null : { dueAt, since: refresh.since };
}

/** Another look at a job or client whose fetch is not proven to show its last change. */
function unprovenLook(look: Look, freshness: Freshness): RefreshRequest | null {
  const { tasks, refresh, at } = look;
  const isAsked = tasks.length > 0 || (refresh !== null && refresh.occurredAt !== null);
  if (!isAsked || isProven(look)) return null;
  const times = [...tasks.map(occurredAt), refresh?.occurredAt ?? null];
  const last = Math.max(...times.map((time) => time ?? 0));
  const firsts = tasks.map(({ recheckSince }) => recheckSince ?? at);
  const since = firsts.length > 0 ? Math.max(...firsts) : (refresh?.since ?? at);
  const dueAt = nextLook(since, at, freshness);
  return dueAt === null ? null : { dueAt, since, occurredAt: last === 0 ? null : last };
}

function isThrough({ since, occurredAt: changedAt, missingSince }: ClaimedRefresh): boolean {
  return since !== null && changedAt === null && missingSince === null;
}
