import type { JobberSyncError } from "../errors.ts";
import type { NotificationEvent } from "../events/jobber-event.ts";
import type { ObjectType } from "../events/topics.ts";
import type { ObjectParent } from "../inbox/object-parent.ts";
import type { ClaimedRefresh, ObjectRefresh } from "../inbox/refresh.ts";
import type { RecordExtras } from "../records/extra.ts";
import type { FetchedRecords, SourceObjectType } from "../records/record-source.ts";
import type { SyncResult } from "../store/sync-store.ts";
import type { BuiltChange } from "./build-change.ts";
import type { DeliveryTask, Processed, TaskResult } from "./delivery-task.ts";
import { warningsOf } from "./write-change.ts";

export type Notification = DeliveryTask<NotificationEvent>;

/** An object to fetch. */
export interface FetchedObject {
  readonly objectType: ObjectType;
  /** As the webhook gave it. */
  readonly itemId: string;
  /** `null` if unknown, for a refresh only. */
  readonly accountId: string | null;
}

/** The notifications of one object that a run resolves together, and its refresh. */
export interface NotificationGroup {
  readonly tenant: string;
  readonly object: FetchedObject;
  /** Empty if there is only a refresh. */
  readonly tasks: readonly Notification[];
  readonly refresh: ClaimedRefresh | null;
  /** Ends the run: pending calls then count as failed. */
  readonly signal: AbortSignal;
}

export type Outcome = ReadonlyMap<Notification, TaskResult>;

/** The result of a group. */
export interface Resolution {
  readonly outcome: Outcome;
  /** Reads to request for later. */
  readonly refreshes: readonly ObjectRefresh[];
  /** Parents to remember. */
  readonly parents?: readonly ObjectParent[] | undefined;
  /** Why the group's refresh, and its tasks, could not be processed. */
  readonly error: JobberSyncError | null;
}

/** Gives every task a result of its own. */
export function all(
  tasks: readonly Notification[],
  result: (task: Notification) => TaskResult,
): Outcome {
  return new Map(tasks.map((task) => [task, result(task)]));
}

/** A result without anything fetched or stored: only handlers run. */
export function nothingStored(event: NotificationEvent): Processed {
  return {
    kind: "processed",
    event,
    submission: null,
    records: null,
    result: null,
    warnings: event.warnings,
  };
}

/** Pairs each task with the submission and the warnings of the change they share. */
export function processedEach(
  tasks: readonly Notification[],
  built: BuiltChange,
  {
    result,
    records,
  }: { readonly result: SyncResult; readonly records: FetchedRecords<RecordExtras> | null },
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
        // One fetch, one warning, however many notifications shared it.
        warnings:
          index === 0
            ? [...warningsOf(task.event, built.change), ...(records?.warnings ?? [])]
            : task.event.warnings,
      },
    ]),
  );
}

/** The type to fetch for a notification; `null` for topics that are not fetched. */
export function fetchedType({
  objectType,
}: {
  readonly objectType: ObjectType;
}): Exclude<SourceObjectType, "account"> | null {
  return objectType === "job" ||
    objectType === "client" ||
    objectType === "visit" ||
    objectType === "property"
    ? objectType
    : null;
}

/** Whether objects of this type are stored as records. */
export function isRecord(type: SourceObjectType): boolean {
  return type === "job" || type === "client";
}

export function isDestroy({ topic }: NotificationEvent): boolean {
  return topic.endsWith("_DESTROY");
}

/** The update that a destroy of an existing record amounts to; other events unchanged. */
export function asUpdate(event: NotificationEvent): NotificationEvent {
  if (!isDestroy(event)) return event;
  return event.objectType === "job"
    ? { ...event, topic: "JOB_UPDATE", event: "job.updated" }
    : { ...event, topic: "CLIENT_UPDATE", event: "client.updated" };
}
