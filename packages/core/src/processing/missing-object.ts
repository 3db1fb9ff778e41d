import { JobberSyncError } from "../errors.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { RecordSource } from "../records/record-source.ts";
import { toInstant } from "../time/instant.ts";
import { goneChange, tombstoneChange } from "./build-change.ts";
import { callSource } from "./call-source.ts";
import { cascadeOf } from "./cascade.ts";
import type { Processor, TaskResult } from "./delivery-task.ts";
import { nextLook } from "./freshness.ts";
import { goneEvent } from "./gone-event.ts";
import {
  all,
  isDestroy,
  isRecord,
  type Notification,
  type NotificationGroup,
  nothingStored,
  processedEach,
  type Resolution,
} from "./notification-group.ts";
import { applyChange, callStore, mapEvent } from "./write-change.ts";

/** A fetch that did not find its object. */
export interface MissingObject {
  readonly type: "job" | "client" | "visit" | "property";
  /** Drawn before the fetch. */
  readonly sequence: number;
  /** Start of the fetch. Milliseconds since 1970. */
  readonly at: number;
}

type SourceProcessor = Processor & { readonly source: RecordSource<RecordExtras> };

/**
 * Decides about an object that the source does not find. Jobber returns null for a deleted record,
 * for one that the token may not see, and for one that a replica does not know yet. So without a
 * destroy a record counts as deleted only after its last look, and with proof that the connection
 * works.
 */
export async function resolveMissing(
  processor: SourceProcessor,
  group: NotificationGroup,
  missing: MissingObject,
): Promise<Resolution> {
  const { type, at } = missing;
  const { tasks, refresh } = group;
  const { freshness } = processor;
  const isDestroyed = tasks.some(({ event }) => isDestroy(event));
  const cascade = isDestroyed ? await cascadeOf(processor, group, at) : [];
  if (!isRecord(type)) {
    const outcome = all(tasks, (task) => missingPart(task, isDestroyed));
    return { outcome, refreshes: cascade, error: null };
  }
  if (isDestroyed) return { ...(await writeGone(processor, group, missing)), refreshes: cascade };
  if (tasks.length === 0) return lookAgain();
  const looks = tasks.map(({ recheckSince }) => nextLook(recheckSince, at, freshness));
  if (looks.includes(null)) return inferGone(processor, group, missing);
  const outcome = new Map<Notification, TaskResult>(
    tasks.map((task, index) => [
      task,
      { kind: "recheck", reason: "gone", at, dueAt: looks[index] ?? at },
    ]),
  );
  // The tasks carry the further looks.
  return { outcome, refreshes: [], error: null };

  function missingPart(task: Notification, destroyed: boolean): TaskResult {
    if (destroyed && isDestroy(task.event)) return nothingStored(task.event);
    const dueAt = destroyed ? null : nextLook(task.recheckSince, at, freshness);
    return dueAt === null || freshness === undefined
      ? { kind: "ignored", reason: "gone" }
      : { kind: "recheck", reason: "gone", at, dueAt };
  }

  async function lookAgain(): Promise<Resolution> {
    const nothing = { outcome: new Map(), refreshes: [], error: null };
    if (refresh === null) return nothing;
    const { tenant, object } = group;
    const { objectType, itemId: objectId } = object;
    const dueAt = nextLook(refresh.missingSince, at, freshness);
    if (dueAt === null) return inferGone(processor, group, missing);
    const missingSince = refresh.missingSince ?? at;
    const accountId = refresh.accountId;
    const request = { tenant, objectType, objectId, dueAt, missingSince, accountId };
    return { ...nothing, refreshes: [request] };
  }
}

async function inferGone(
  processor: SourceProcessor,
  group: NotificationGroup,
  missing: MissingObject,
): Promise<Resolution> {
  const { source, beforeFetch, inferences } = processor;
  const { tenant, object, tasks, signal } = group;
  const { accountId } = object;
  // An operator's refresh names no account, so nothing proves that the record was visible before.
  if (accountId === null) return ignored(tasks);
  await beforeFetch?.(tenant, signal);
  const account = await callSource(
    () => source.fetch(tenant, "account", accountId, { signal }),
    signal,
  );
  if (account === null) throw accountNotVisible();
  const allowed = await callStore(async () => (await inferences?.allows(tenant)) ?? true, signal);
  return allowed ? writeGone(processor, group, missing) : ignored(tasks);
}

function ignored(tasks: readonly Notification[]): Resolution {
  const outcome = all(tasks, () => ({ kind: "ignored", reason: "gone" }));
  return { outcome, refreshes: [], error: null };
}

async function writeGone(
  { store }: Processor,
  { tenant, object, tasks, refresh, signal }: NotificationGroup,
  { sequence, at }: MissingObject,
): Promise<Resolution> {
  const built = mapEvent(() =>
    tasks.length > 0
      ? goneChange(tasks, tenant, sequence)
      : tombstoneChange(object, {
          tenant,
          sequence,
          deletedAt: toInstant(refresh?.missingSince ?? at),
        }),
  );
  const result = await applyChange(store, built, signal);
  const processed = processedEach(tasks, built, { result, records: null });
  const outcome = new Map<Notification, TaskResult>();
  for (const [task, entry] of processed)
    outcome.set(task, { ...entry, event: goneEvent(task.event) });
  return { outcome, refreshes: [], error: null };
}

function accountNotVisible(): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_RESPONSE",
    "The tenant's connection can read neither the record nor its account. It may be connected to another account.",
  );
}
