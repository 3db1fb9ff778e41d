import type { NotificationEvent, SnapshotEvent } from "../events/jobber-event.ts";
import { topicOf } from "../events/topic-of.ts";
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
import type { Notification } from "./notification-group.ts";
import { resolveNotifications } from "./resolve-notifications.ts";
import { runHandlers } from "./run-handlers.ts";
import { applyChange, mapEvent, warningsOf } from "./write-change.ts";

/**
 * Processes the deliveries of one object: snapshots one by one in the order of their sequence, all
 * notifications with one fetch and one write, then the handlers of each delivery. A failure is a
 * result, not a throw, and does not stop the other deliveries.
 *
 * @param signal ends the run: pending calls then count as failed, deliveries that have not started
 * stay untouched
 */
export async function processDeliveries(
  processor: Processor,
  tenant: string,
  tasks: readonly DeliveryTask[],
  signal: AbortSignal,
): Promise<ReadonlyMap<DeliveryTask, TaskResult>> {
  const results = new Map<DeliveryTask, TaskResult>();
  const notifications: Notification[] = [];
  for (const task of tasks) {
    if (isNotification(task)) notifications.push(task);
    else if (isSnapshot(task)) {
      results.set(
        task,
        signal.aborted
          ? { kind: "untouched" }
          : await applySnapshot(processor, tenant, task, signal),
      );
    }
  }
  for (const group of groupByObject(notifications)) {
    if (signal.aborted) for (const task of group) results.set(task, { kind: "untouched" });
    else {
      const outcome = await resolveNotifications(processor, { tenant, tasks: group, signal });
      for (const [task, result] of outcome) results.set(task, result);
    }
  }
  if (processor.handlers.size === 0) return results;
  for (const [task, result] of results) {
    if (result.kind !== "processed") continue;
    if (signal.aborted) results.set(task, { kind: "untouched" });
    else results.set(task, await withHandlers(processor, tenant, task, result, signal));
  }
  return results;
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

function groupByObject(
  tasks: readonly Notification[],
): Iterable<readonly [Notification, ...Notification[]]> {
  const groups = new Map<string, [Notification, ...Notification[]]>();
  for (const task of tasks) {
    const key = `${task.event.objectType}:${task.event.itemId}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [task]);
    else group.push(task);
  }
  return groups.values();
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
