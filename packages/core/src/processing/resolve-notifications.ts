import { JobberSyncError } from "../errors.ts";
import type { NotificationEvent } from "../events/jobber-event.ts";
import type { FetchedRecords, RecordSource, SourceObjectType } from "../records/record-source.ts";
import type { SyncResult } from "../store/sync-store.ts";
import { type BuiltChange, fetchedChange, goneChange } from "./build-change.ts";
import {
  type DeliveryTask,
  failed,
  type Processed,
  type Processor,
  type TaskResult,
} from "./delivery-task.ts";
import { withinRun } from "./within-run.ts";
import { applied, mapped, stored, warningsOf } from "./write-change.ts";

type Notification = DeliveryTask<NotificationEvent>;
type Outcome = ReadonlyMap<Notification, TaskResult>;

/** Resolves all notifications of one object with one fetch and one write. Does not reject. */
export async function resolveNotifications(
  processor: Processor,
  tenant: string,
  tasks: readonly Notification[],
  signal: AbortSignal,
): Promise<Outcome> {
  const [first] = tasks;
  if (first === undefined) return new Map();
  if (first.event.objectType === "account") return resolveAccount(processor, tenant, tasks, signal);
  const type = fetchedType(first.event);
  if (type === null) return all(tasks, ({ event }) => done(event));
  const { source } = processor;
  try {
    if (source === undefined) return await withoutSource(processor, tenant, tasks, type, signal);
    return await fetchAndWrite({ ...processor, source }, tenant, tasks, type, signal);
  } catch (error) {
    return all(tasks, () => failed(error));
  }
}

async function fetchAndWrite(
  processor: Processor & { readonly source: RecordSource },
  tenant: string,
  tasks: readonly Notification[],
  type: SourceObjectType,
  signal: AbortSignal,
): Promise<Outcome> {
  const { store, source, beforeFetch } = processor;
  const ask = async (wanted: SourceObjectType, id: string) =>
    withinRun(() => source.fetch(tenant, wanted, id, { signal }), signal, sourceIsLate);
  const [first] = tasks as readonly [Notification, ...Notification[]];
  await beforeFetch?.(tenant, signal);
  // Before the fetch: what is fetched is at least as new as this number.
  const sequence = await stored(() => store.nextSequence(), signal);
  const fetched = await ask(type, first.event.itemId);
  if (fetched !== null)
    return writeFetched(processor, tenant, tasks, { fetched, sequence, type }, signal);
  if (!isRecord(type)) return all(tasks, () => ({ kind: "ignored", reason: "gone" }));
  if (!tasks.some(({ event }) => isDestroy(event))) {
    // Null after an update may also be a scope that the token lacks (F2.3): look twice, and prove that the connection works.
    if (!tasks.some(({ rechecked }) => rechecked))
      return all(tasks, () => ({ kind: "recheck", reason: "gone" }));
    await beforeFetch?.(tenant, signal);
    if ((await ask("account", first.event.accountId)) === null) throw seesNothing();
  }
  const built = mapped(() => goneChange(tasks, tenant, sequence));
  return processedEach(tasks, built, await applied(store, built, signal), null);
}

async function writeFetched(
  { store }: Processor,
  tenant: string,
  tasks: readonly Notification[],
  {
    fetched,
    sequence,
    type,
  }: {
    readonly fetched: FetchedRecords;
    readonly sequence: number;
    readonly type: SourceObjectType;
  },
  signal: AbortSignal,
): Promise<Outcome> {
  // A destroy whose object is still there may have run ahead of Jobber's own replicas: it is looked at twice, and is an update then.
  const early = tasks.filter((task) => isRecord(type) && isDestroy(task.event) && !task.rechecked);
  const ready = tasks.filter((task) => !early.includes(task));
  const outcome = new Map(all(early, () => ({ kind: "recheck", reason: "still_there" })));
  if (ready.length === 0) return outcome;
  const alive = ready.map((task) =>
    isRecord(type) ? { ...task, event: asUpdate(task.event) } : task,
  );
  const built = mapped(() => fetchedChange(alive, tenant, sequence, fetched));
  const processed = processedEach(alive, built, await applied(store, built, signal), fetched);
  for (const [index, result] of [...processed.values()].entries()) {
    const task = ready[index];
    if (task !== undefined) outcome.set(task, result);
  }
  return outcome;
}

/** Notifications of the account itself. That it disconnected the app is asked of the source, where the source can tell. */
async function resolveAccount(
  { source, beforeFetch }: Processor,
  tenant: string,
  tasks: readonly Notification[],
  signal: AbortSignal,
): Promise<Outcome> {
  const outcome = new Map<Notification, TaskResult>();
  for (const task of tasks) {
    const { event } = task;
    const asked = source?.disconnected?.bind(source);
    try {
      let holds = true;
      if (event.event === "app.disconnected" && asked !== undefined) {
        await beforeFetch?.(tenant, signal);
        holds = await withinRun(
          () => asked(tenant, event.occurredAt, { signal }),
          signal,
          sourceIsLate,
        );
      }
      outcome.set(task, holds ? done(event) : { kind: "ignored", reason: "still_connected" });
    } catch (error) {
      outcome.set(task, failed(error));
    }
  }
  return outcome;
}

/** Without a source a destroy is trusted, since its topic says all there is to know; everything else has to wait for one. */
async function withoutSource(
  { store }: Processor,
  tenant: string,
  tasks: readonly Notification[],
  type: SourceObjectType,
  signal: AbortSignal,
): Promise<Outcome> {
  const destroys = isRecord(type) ? tasks.filter(({ event }) => isDestroy(event)) : [];
  const outcome = new Map(all(tasks, () => ({ kind: "unresolved" })));
  if (destroys.length === 0) return outcome;
  const sequence = await stored(() => store.nextSequence(), signal);
  const built = mapped(() => goneChange(destroys, tenant, sequence));
  for (const [task, result] of processedEach(
    destroys,
    built,
    await applied(store, built, signal),
    null,
  ))
    outcome.set(task, result);
  return outcome;
}

function processedEach(
  tasks: readonly Notification[],
  built: BuiltChange,
  result: SyncResult,
  records: FetchedRecords | null,
): ReadonlyMap<Notification, Processed> {
  return new Map(
    tasks.map((task, index) => [
      task,
      {
        kind: "processed",
        event: task.event,
        submission: built.submissions[index] ?? null,
        records,
        result,
        // One fetch, one warning, however many notifications led to it.
        warnings: index === 0 ? warningsOf(task.event, built.change) : task.event.warnings,
      },
    ]),
  );
}

/** Nothing to fetch and nothing to store: only handlers hear of it. */
function done(event: NotificationEvent): Processed {
  return {
    kind: "processed",
    event,
    submission: null,
    records: null,
    result: null,
    warnings: event.warnings,
  };
}

function all(tasks: readonly Notification[], result: (task: Notification) => TaskResult): Outcome {
  return new Map(tasks.map((task) => [task, result(task)]));
}

function asUpdate(event: NotificationEvent): NotificationEvent {
  if (!isDestroy(event)) return event;
  return event.objectType === "job"
    ? { ...event, topic: "JOB_UPDATE", event: "job.updated" }
    : { ...event, topic: "CLIENT_UPDATE", event: "client.updated" };
}

function sourceIsLate(): JobberSyncError {
  return new JobberSyncError("ERR_API_TIMEOUT", "The source did not answer in time.");
}

function seesNothing(): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_PERMISSION",
    "The tenant's connection sees neither the record nor the account it belongs to. It may be connected to another account.",
  );
}

function fetchedType({ objectType }: NotificationEvent): SourceObjectType | null {
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

function isDestroy({ topic }: NotificationEvent): boolean {
  return topic.endsWith("_DESTROY");
}
