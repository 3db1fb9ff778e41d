import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent, NoticeEvent, SnapshotEvent } from "../event/jobber-event.ts";
import type { FetchedRecords, RecordSource, SourceObjectType } from "../records/record-source.ts";
import type { StatusOverrides } from "../records/snapshot-records.ts";
import type { SyncResult, SyncStore } from "../store/sync-store.ts";
import type { Submission } from "../submission/build-submission.ts";
import {
  type BuiltChange,
  type ChangeDelivery,
  fetchedChange,
  goneChange,
  snapshotChange,
} from "./build-change.ts";
import { type Handler, runHandlers } from "./handlers.ts";

/** A delivery on its way to the records. */
export interface DeliveryWork<E extends JobberEvent = JobberEvent> extends ChangeDelivery<E> {
  /** Taken at accept; orders a snapshot. */
  readonly sequence: number;
  /** Whether this is the second look at an object that was missing, or not deleted yet, at the first. */
  readonly rechecked: boolean;
}

/** What became of one delivery. */
export type WorkResult =
  /** Committed; `result` is `null` when there was nothing to store. */
  | { readonly kind: "processed"; readonly submission: Submission | null; readonly result: SyncResult | null }
  /** There is nothing to do: a visit or property is gone, or an account that was to have disconnected the app has not. */
  | { readonly kind: "ignored"; readonly reason: "gone" | "still_connected" }
  /** A notice, and no source to resolve it. */
  | { readonly kind: "unresolved" }
  /** What the source said contradicts the topic; look again later. */
  | { readonly kind: "recheck" }
  | { readonly kind: "failed"; readonly error: JobberSyncError };

/** What processing needs. */
export interface Processor {
  readonly store: SyncStore;
  readonly source: RecordSource | undefined;
  readonly handlers: ReadonlyMap<string, Handler>;
  readonly statusOverrides: StatusOverrides | undefined;
  /** Called before each call of the source; resolves when the tenant's budget allows it. */
  readonly beforeFetch?: (clientSlug: string, signal: AbortSignal) => Promise<void>;
}

/**
 * Takes the deliveries of one object to the records: snapshots one by one in the order of their sequence, all notices with one fetch and
 * one write; then the handlers of each delivery. A failure is a result, not a throw, and does not stop its neighbours.
 */
export async function processDeliveries(
  processor: Processor,
  clientSlug: string,
  works: readonly DeliveryWork[],
  signal: AbortSignal,
): Promise<ReadonlyMap<DeliveryWork, WorkResult>> {
  const results = new Map<DeliveryWork, WorkResult>();
  const notices: DeliveryWork<NoticeEvent>[] = [];
  const records = new Map<DeliveryWork, FetchedRecords>();
  for (const work of works) {
    if (isNotice(work)) notices.push(work);
    else if (isSnapshot(work)) results.set(work, await applySnapshot(processor, clientSlug, work));
  }
  for (const group of groupByObject(notices)) {
    const { fetched, outcome } = await resolveNotices(processor, clientSlug, group, signal);
    for (const [work, result] of outcome) {
      results.set(work, result);
      if (fetched !== null) records.set(work, fetched);
    }
  }
  for (const [work, result] of results) {
    if (result.kind !== "processed" && result.kind !== "unresolved") continue;
    const failure = await handle(processor, clientSlug, work, result, records.get(work) ?? null);
    if (failure !== null) results.set(work, failure);
  }
  return results;
}

async function handle(
  { handlers }: Processor,
  clientSlug: string,
  { event }: DeliveryWork,
  result: WorkResult & { readonly kind: "processed" | "unresolved" },
  records: FetchedRecords | null,
): Promise<WorkResult | null> {
  const processed = result.kind === "processed" ? result : { submission: null, result: null };
  try {
    await runHandlers(handlers, {
      clientSlug,
      event,
      records,
      submission: processed.submission,
      result: processed.result,
    });
    return null;
  } catch (error) {
    return failed(error);
  }
}

async function applySnapshot(
  { store, statusOverrides }: Processor,
  clientSlug: string,
  work: DeliveryWork<SnapshotEvent>,
): Promise<WorkResult> {
  try {
    const built = mapped(() => snapshotChange(work, clientSlug, work.sequence, statusOverrides));
    return {
      kind: "processed",
      submission: built.submissions[0] ?? null,
      result: await applied(store, built),
    };
  } catch (error) {
    return failed(error);
  }
}

interface NoticeOutcome {
  readonly fetched: FetchedRecords | null;
  readonly outcome: ReadonlyMap<DeliveryWork<NoticeEvent>, WorkResult>;
}

async function resolveNotices(
  processor: Processor,
  clientSlug: string,
  works: readonly DeliveryWork<NoticeEvent>[],
  signal: AbortSignal,
): Promise<NoticeOutcome> {
  const all = (result: WorkResult): NoticeOutcome => ({
    fetched: null,
    outcome: new Map(works.map((work) => [work, result])),
  });
  const [first] = works;
  if (first?.event.objectType === "account") return resolveAccount(processor, clientSlug, works, signal);
  const type = first === undefined ? null : fetchedType(first.event);
  if (first === undefined || type === null) return all({ kind: "processed", submission: null, result: null });
  const { source, store } = processor;
  try {
    if (source === undefined) return await withoutSource(store, clientSlug, works, type);
    // Before the fetch: what is fetched is at least as new as this number.
    const sequence = await stored(() => store.nextSequence());
    await processor.beforeFetch?.(clientSlug, signal);
    const fetched = await source.fetch(clientSlug, type, first.event.itemId, signal);
    if (fetched !== null) {
      // A destroy whose object is still there may have run ahead of Jobber's own replicas.
      const early = works.filter((work) => isDestroy(work.event) && isRecord(type) && !work.rechecked);
      const ready = works.filter((work) => !early.includes(work));
      const outcome = new Map<DeliveryWork<NoticeEvent>, WorkResult>(
        early.map((work) => [work, { kind: "recheck" }]),
      );
      if (ready.length === 0) return { fetched, outcome };
      const built = mapped(() => fetchedChange(ready, clientSlug, sequence, fetched));
      for (const [work, result] of processedEach(ready, built, await applied(store, built)))
        outcome.set(work, result);
      return { fetched, outcome };
    }
    if (!isRecord(type)) return all({ kind: "ignored", reason: "gone" });
    if (!works.some(({ event }) => isDestroy(event))) {
      // Null after an update may also be a scope that the token lacks (F2.3): look twice, and prove that the connection works.
      if (!works.some(({ rechecked }) => rechecked)) return all({ kind: "recheck" });
      await processor.beforeFetch?.(clientSlug, signal);
      if ((await source.fetch(clientSlug, "account", first.event.accountId, signal)) === null)
        return all({ kind: "recheck" });
    }
    const built = mapped(() => goneChange(works, clientSlug, sequence, true));
    return { fetched: null, outcome: processedEach(works, built, await applied(store, built)) };
  } catch (error) {
    return all(failed(error));
  }
}

/** Notices of the account itself. That it disconnected the app is asked of the source, where the source can tell. */
async function resolveAccount(
  { source, beforeFetch }: Processor,
  clientSlug: string,
  works: readonly DeliveryWork<NoticeEvent>[],
  signal: AbortSignal,
): Promise<NoticeOutcome> {
  const outcome = new Map<DeliveryWork<NoticeEvent>, WorkResult>();
  for (const work of works) {
    const { event } = work;
    try {
      let holds = true;
      if (event.event === "app.disconnected" && source?.disconnected !== undefined) {
        await beforeFetch?.(clientSlug, signal);
        holds = await source.disconnected(clientSlug, event.occurredAt, signal);
      }
      outcome.set(
        work,
        holds
          ? { kind: "processed", submission: null, result: null }
          : { kind: "ignored", reason: "still_connected" },
      );
    } catch (error) {
      outcome.set(work, failed(error));
    }
  }
  return { fetched: null, outcome };
}

/** Without a source a destroy is trusted, since its topic says all there is to know; everything else has to wait for one. */
async function withoutSource(
  store: SyncStore,
  clientSlug: string,
  works: readonly DeliveryWork<NoticeEvent>[],
  type: SourceObjectType,
): Promise<NoticeOutcome> {
  const outcome = new Map<DeliveryWork<NoticeEvent>, WorkResult>();
  const destroys = isRecord(type) ? works.filter(({ event }) => isDestroy(event)) : [];
  for (const work of works) if (!destroys.includes(work)) outcome.set(work, { kind: "unresolved" });
  if (destroys.length > 0) {
    const sequence = await stored(() => store.nextSequence());
    const built = mapped(() => goneChange(destroys, clientSlug, sequence, true));
    for (const [work, result] of processedEach(destroys, built, await applied(store, built)))
      outcome.set(work, result);
  }
  return { fetched: null, outcome };
}

function processedEach(
  works: readonly DeliveryWork<NoticeEvent>[],
  built: BuiltChange,
  result: SyncResult,
): ReadonlyMap<DeliveryWork<NoticeEvent>, WorkResult> {
  return new Map(
    works.map((work, index) => [
      work,
      { kind: "processed", submission: built.submissions[index] ?? null, result },
    ]),
  );
}

function applied(store: SyncStore, { change }: BuiltChange): Promise<SyncResult> {
  return stored(() => store.apply(change));
}

/** A store's own coded errors pass; whatever else it throws is one. */
async function stored<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (isJobberSyncError(error)) throw error;
    throw new JobberSyncError("ERR_STORE", "The store failed.", { cause: error });
  }
}

function mapped<T>(build: () => T): T {
  try {
    return build();
  } catch (error) {
    throw new JobberSyncError("ERR_MAPPING", "The event could not be turned into records.", { cause: error });
  }
}

/** What is neither the store's nor the mapping's nor a handler's came from the source. */
function failed(error: unknown): WorkResult {
  if (isJobberSyncError(error)) return { kind: "failed", error };
  return {
    kind: "failed",
    error: new JobberSyncError("ERR_API_NETWORK", "The source failed.", { cause: error }),
  };
}

function groupByObject(
  works: readonly DeliveryWork<NoticeEvent>[],
): Iterable<readonly DeliveryWork<NoticeEvent>[]> {
  const groups = new Map<string, DeliveryWork<NoticeEvent>[]>();
  for (const work of works) {
    const key = `${work.event.objectType}:${work.event.itemId}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [work]);
    else group.push(work);
  }
  return groups.values();
}

function fetchedType({ objectType }: NoticeEvent): SourceObjectType | null {
  return objectType === "job" ||
    objectType === "client" ||
    objectType === "visit" ||
    objectType === "property"
    ? objectType
    : null;
}

function isRecord(type: SourceObjectType): boolean {
  return type === "job" || type === "client";
}

function isDestroy({ topic }: NoticeEvent): boolean {
  return topic.endsWith("_DESTROY");
}

function isNotice(work: DeliveryWork): work is DeliveryWork<NoticeEvent> {
  return work.event.kind === "notice";
}

function isSnapshot(work: DeliveryWork): work is DeliveryWork<SnapshotEvent> {
  return work.event.kind === "snapshot";
}
