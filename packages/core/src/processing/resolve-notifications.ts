import { JobberSyncError } from "../errors.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { FetchedRecords, RecordSource, SourceObjectType } from "../records/record-source.ts";
import { fetchedChange, goneChange } from "./build-change.ts";
import { callSource } from "./call-source.ts";
import { failed, type Processor } from "./delivery-task.ts";
import {
  all,
  asUpdate,
  fetchedType,
  isDestroy,
  isRecord,
  type NotificationGroup,
  nothingStored,
  type Outcome,
  processedEach,
} from "./notification-group.ts";
import { resolveAccount } from "./resolve-account.ts";
import { applyChange, callStore, mapEvent } from "./write-change.ts";

/** Resolves all notifications of one object with one fetch and one write. Never rejects. */
export async function resolveNotifications(
  processor: Processor,
  group: NotificationGroup,
): Promise<Outcome> {
  const { tasks } = group;
  if (tasks[0].event.objectType === "account") return resolveAccount(processor, group);
  const type = fetchedType(tasks[0].event);
  if (type === null) return all(tasks, ({ event }) => nothingStored(event));
  const { source } = processor;
  try {
    if (source === undefined) return await resolveWithoutSource(processor, group, type);
    return await fetchAndWrite({ ...processor, source }, group, type);
  } catch (error) {
    const result = failed(error);
    return all(tasks, () => result);
  }
}

async function fetchAndWrite(
  processor: Processor & { readonly source: RecordSource<RecordExtras> },
  group: NotificationGroup,
  type: SourceObjectType,
): Promise<Outcome> {
  const { store, source, beforeFetch } = processor;
  const { tenant, tasks, signal } = group;
  const fetch = (wanted: SourceObjectType, id: string) =>
    callSource(() => source.fetch(tenant, wanted, id, { signal }), signal);
  const { itemId, accountId } = tasks[0].event;
  await beforeFetch?.(tenant, signal);
  // Drawn before the fetch: the fetched data is at least as new as this number.
  const sequence = await callStore(() => store.nextSequence(), signal);
  const fetched = await fetch(type, itemId);
  if (fetched !== null) return writeFetched(processor, group, { fetched, sequence, type });
  if (!isRecord(type)) return all(tasks, () => ({ kind: "ignored", reason: "gone" }));
  if (!tasks.some(({ event }) => isDestroy(event))) {
    // Jobber returns null for a deleted record and for one that the token may not see. So `null`
    // after an update needs two sightings and proof that the connection works.
    if (!tasks.some(({ rechecked }) => rechecked))
      return all(tasks, () => ({ kind: "recheck", reason: "gone" }));
    await beforeFetch?.(tenant, signal);
    if ((await fetch("account", accountId)) === null) throw accountNotVisible();
  }
  const built = mapEvent(() => goneChange(tasks, tenant, sequence));
  const result = await applyChange(store, built, signal);
  return processedEach(tasks, built, { result, records: null });
}

async function writeFetched(
  { store }: Processor,
  { tenant, tasks, signal }: NotificationGroup,
  {
    fetched,
    sequence,
    type,
  }: {
    readonly fetched: FetchedRecords<RecordExtras>;
    readonly sequence: number;
    readonly type: SourceObjectType;
  },
): Promise<Outcome> {
  // A destroy may outrun Jobber's replicas. Its record gets a second look before it counts as
  // alive.
  const early = tasks.filter((task) => isRecord(type) && isDestroy(task.event) && !task.rechecked);
  const ready = tasks.filter((task) => !early.includes(task));
  const outcome = new Map(all(early, () => ({ kind: "recheck", reason: "still_there" })));
  if (ready.length === 0) return outcome;
  const alive = ready.map((task) =>
    isRecord(type) ? { ...task, event: asUpdate(task.event) } : task,
  );
  const built = mapEvent(() => fetchedChange(alive, tenant, sequence, fetched));
  const result = await applyChange(store, built, signal);
  const processed = processedEach(alive, built, { result, records: fetched });
  for (const [index, entry] of [...processed.values()].entries()) {
    const task = ready[index];
    if (task !== undefined) outcome.set(task, entry);
  }
  return outcome;
}

/** Trusts a destroy, whose topic says everything. Everything else stays unresolved. */
async function resolveWithoutSource(
  { store }: Processor,
  { tenant, tasks, signal }: NotificationGroup,
  type: SourceObjectType,
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

function accountNotVisible(): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_RESPONSE",
    "The tenant's connection can read neither the record nor its account. It may be connected to another account.",
  );
}
