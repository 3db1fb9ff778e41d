import type { RecordExtras } from "../records/extra.ts";
import type { RecordSource } from "../records/record-source.ts";
import { goneChange } from "./build-change.ts";
import { callSource } from "./call-source.ts";
import { cascadeOf } from "./cascade.ts";
import { failed, type Processor } from "./delivery-task.ts";
import { writeFound } from "./found-object.ts";
import { settledAt } from "./freshness.ts";
import { resolveMissing } from "./missing-object.ts";
import {
  all,
  fetchedType,
  isDestroy,
  isRecord,
  type NotificationGroup,
  nothingStored,
  type Outcome,
  processedEach,
  type Resolution,
} from "./notification-group.ts";
import { resolveAccount } from "./resolve-account.ts";
import { applyChange, callStore, mapEvent } from "./write-change.ts";

type FetchedType = NonNullable<ReturnType<typeof fetchedType>>;

/**
 * Resolves all notifications of one object, and its refresh, with one fetch and one write. Never
 * rejects.
 */
export async function resolveNotifications(
  processor: Processor,
  group: NotificationGroup,
): Promise<Resolution> {
  const { object, tasks, refresh } = group;
  if (object.objectType === "account") return settled(await resolveAccount(processor, group));
  const type = fetchedType(object);
  if (type === null) return settled(all(tasks, ({ event }) => nothingStored(event)));
  const { source, freshness } = processor;
  const waitUntil = freshness === undefined ? null : settledAt(tasks, freshness);
  if (waitUntil !== null) {
    const outcome = all(tasks, () => ({ kind: "wait", dueAt: waitUntil }));
    return {
      outcome,
      refreshes: refresh === null ? [] : [keptRefresh(group, refresh)],
      error: null,
    };
  }
  try {
    if (source === undefined) return settled(await resolveWithoutSource(processor, group, type));
    return await fetchAndWrite({ ...processor, source }, group, type);
  } catch (error) {
    const result = failed(error);
    return { outcome: all(tasks, () => result), refreshes: [], error: result.error };
  }
}

/** Requests a refresh again, unchanged. */
export function keptRefresh(
  { tenant, object }: Pick<NotificationGroup, "tenant" | "object">,
  { revision: _, ...refresh }: NonNullable<NotificationGroup["refresh"]>,
): Resolution["refreshes"][number] {
  return { tenant, objectType: object.objectType, objectId: object.itemId, ...refresh };
}

async function fetchAndWrite(
  processor: Processor & { readonly source: RecordSource<RecordExtras> },
  group: NotificationGroup,
  type: FetchedType,
): Promise<Resolution> {
  const { store, source, beforeFetch, freshness } = processor;
  const { tenant, object, signal } = group;
  const destroyed = await resolveDestroyed(processor, group, type);
  if (destroyed !== null) return destroyed;
  await beforeFetch?.(tenant, signal);
  // Drawn before the fetch: the fetched data is at least as new as this number.
  const sequence = await callStore(() => store.nextSequence(), signal);
  const at = freshness?.now() ?? Date.now();
  const fetched = await callSource(
    () => source.fetch(tenant, type, object.itemId, { signal }),
    signal,
  );
  return fetched === null
    ? resolveMissing(processor, group, { type, sequence, at })
    : writeFound(processor, group, { type, fetched, sequence, at });
}

/**
 * Resolves the destroy of a visit or property without asking for it, if it is known what it belongs
 * to: those records are read again.
 */
async function resolveDestroyed(
  processor: Processor,
  group: NotificationGroup,
  type: FetchedType,
): Promise<Resolution | null> {
  const { tasks } = group;
  const { freshness } = processor;
  if (freshness === undefined || isRecord(type) || tasks.length === 0) return null;
  if (!tasks.every(({ event }) => isDestroy(event))) return null;
  const refreshes = await cascadeOf(processor, group, freshness.now());
  if (refreshes.length === 0) return null;
  return { outcome: all(tasks, ({ event }) => nothingStored(event)), refreshes, error: null };
}

/** Trusts a destroy, whose topic says everything. Everything else stays unresolved. */
async function resolveWithoutSource(
  { store }: Processor,
  { tenant, tasks, signal }: NotificationGroup,
  type: FetchedType,
): Promise<Outcome> {
  const destroys = isRecord(type) ? tasks.filter(({ event }) => isDestroy(event)) : [];
  const outcome = new Map(all(tasks, () => ({ kind: "unresolved" })));
  if (destroys.length === 0) return outcome;
  const sequence = await callStore(() => store.nextSequence(), signal);
  const built = mapEvent(() => goneChange(destroys, tenant, sequence));
  const result = await applyChange(store, built, signal);
  const processed = processedEach(destroys, built, { result, records: null });
  for (const [task, entry] of processed) outcome.set(task, entry);
  return outcome;
}

function settled(outcome: Outcome): Resolution {
  return { outcome, refreshes: [], error: null };
}
