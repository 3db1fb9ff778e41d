import type { JobberSyncError } from "../errors.ts";
import type { NotificationEvent, SnapshotEvent } from "../events/jobber-event.ts";
import { topicOf } from "../events/topic-of.ts";
import type { ObjectParent } from "../inbox/object-parent.ts";
import type { ClaimedRefresh, ObjectRefresh } from "../inbox/refresh.ts";
import { snapshotChange } from "./build-change.ts";
import { createDeliveryLogger } from "./delivery-logger.ts";
import {
  type DeliveryTask,
  failed,
  type Processed,
  type Processor,
  type TaskResult,
} from "./delivery-task.ts";
import { createHandlerFetches } from "./fetch-selection.ts";
import { handlerRecords } from "./handler-records.ts";
import type { Notification, NotificationGroup } from "./notification-group.ts";
import { keptRefresh, resolveNotifications } from "./resolve-notifications.ts";
import { runHandlers } from "./run-handlers.ts";
import { applyChange, mapEvent, warningsOf } from "./write-change.ts";

/** The deliveries of one object to process, and its refresh. */
export interface ObjectWork {
  readonly tenant: string;
  readonly tasks: readonly DeliveryTask[];
  readonly refresh: (ObjectRefresh & ClaimedRefresh) | null;
  /**
   * Ends the run: pending calls then count as failed, deliveries that have not started stay
   * untouched.
   */
  readonly signal: AbortSignal;
}

/** The results of {@link processDeliveries}. */
export interface ObjectResults {
  readonly results: ReadonlyMap<DeliveryTask, TaskResult>;
  /** Reads to request for later. */
  readonly refreshes: readonly ObjectRefresh[];
  /** Parents to remember. */
  readonly parents: readonly ObjectParent[];
  /** Why the refresh failed; `null` if it was read, or there was none. */
  readonly refreshError: JobberSyncError | null;
}

/**
 * Processes the deliveries of one object: snapshots one by one in the order of their sequence, all
 * notifications and the refresh with one fetch and one write, then the handlers of each delivery. A
 * failure is a result, not a throw, and does not stop the other deliveries.
 */
export async function processDeliveries(
  processor: Processor,
  work: ObjectWork,
): Promise<ObjectResults> {
  const { tenant, tasks, signal } = work;
  const results = new Map<DeliveryTask, TaskResult>();
  const refreshes: ObjectRefresh[] = [];
  const parents: ObjectParent[] = [];
  let refreshError: JobberSyncError | null = null;
  for (const task of tasks.filter(isSnapshot)) {
    results.set(
      task,
      signal.aborted ? { kind: "untouched" } : await applySnapshot(processor, tenant, task, signal),
    );
  }
  for (const group of groupsOf(work)) {
    if (signal.aborted || isEarly(group)) {
      for (const task of group.tasks) results.set(task, { kind: "untouched" });
      if (group.refresh !== null) refreshes.push(keptRefresh(group, group.refresh));
      continue;
    }
    const resolution = await resolveNotifications(processor, group);
    for (const [task, result] of resolution.outcome) results.set(task, result);
    refreshes.push(...resolution.refreshes);
    parents.push(...(resolution.parents ?? []));
    if (group.refresh !== null) refreshError = resolution.error;
  }
  if (processor.handlers.size === 0) return { results, refreshes, parents, refreshError };
  for (const [task, result] of results) {
    if (result.kind !== "processed") continue;
    if (signal.aborted) results.set(task, { kind: "untouched" });
    else results.set(task, await withHandlers(processor, tenant, task, result, signal));
  }
  return { results, refreshes, parents, refreshError };

  /** Whether the refresh came along with snapshots, which need no fetch. */
  function isEarly({ refresh, tasks: notifications }: NotificationGroup): boolean {
    const now = processor.freshness?.now() ?? 0;
    return tasks.length > 0 && notifications.length === 0 && (refresh?.dueAt ?? 0) > now;
  }
}

/** Runs the delivery's handlers. @returns `result`, or the handler's failure */
async function withHandlers(
  processor: Processor,
  tenant: string,
  { deliveryKey, attempt }: DeliveryTask,
  processed: Processed,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { handlers, logger } = processor;
  const { event, submission, records, result } = processed;
  const fields = { tenant, topic: topicOf(event), objectId: objectIdOf(event), deliveryKey };
  const { fetch, isSourceError } = createHandlerFetches(processor, tenant, { event, signal });
  try {
    const context = {
      tenant,
      event,
      deliveryKey,
      attempt,
      submission,
      ...handlerRecords(event, result),
      cause: "webhook",
      records,
      result,
      fetch,
      signal,
      logger: createDeliveryLogger(logger, fields),
    } as const;
    await runHandlers(handlers, context, isSourceError);
    return processed;
  } catch (error) {
    return failed(error);
  }
}

async function applySnapshot(
  processor: Processor,
  tenant: string,
  task: DeliveryTask<SnapshotEvent>,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { event, sequence } = task;
  try {
    const built = mapEvent(() => snapshotChange(task, tenant, sequence, processor));
    const result = await applyChange(processor.store, built, signal);
    const warnings = warningsOf(event, built.change);
    const submission = built.submissions[0] ?? null;
    return { kind: "processed", event, submission, records: null, result, warnings };
  } catch (error) {
    return failed(error);
  }
}

/** Groups notifications by object. The refresh joins its object's group, or is one of its own. */
function groupsOf({ tenant, tasks, refresh, signal }: ObjectWork): readonly NotificationGroup[] {
  const groups = new Map<string, NotificationGroup & { readonly tasks: Notification[] }>();
  if (refresh !== null) {
    const { objectType, objectId: itemId, accountId } = refresh;
    const object = { objectType, itemId, accountId };
    groups.set(`${objectType}:${itemId}`, { tenant, object, tasks: [], refresh, signal });
  }
  for (const task of tasks.filter(isNotification)) {
    const { objectType, itemId, accountId } = task.event;
    const key = `${objectType}:${itemId}`;
    const group = groups.get(key);
    const object = { objectType, itemId, accountId };
    if (group === undefined)
      groups.set(key, { tenant, object, tasks: [task], refresh: null, signal });
    else groups.set(key, { ...group, object, tasks: [...group.tasks, task] });
  }
  return [...groups.values()];
}

function objectIdOf(event: NotificationEvent | SnapshotEvent): string {
  return event.kind === "notification" ? event.itemId : event.data.id;
}

function isNotification(task: DeliveryTask): task is DeliveryTask<NotificationEvent> {
  return task.event.kind === "notification";
}

function isSnapshot(task: DeliveryTask): task is DeliveryTask<SnapshotEvent> {
  return task.event.kind === "snapshot";
}
