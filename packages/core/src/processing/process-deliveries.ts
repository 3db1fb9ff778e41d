import type { NotificationEvent, SnapshotEvent } from "../events/jobber-event.ts";
import { snapshotChange } from "./build-change.ts";
import { type DeliveryTask, failed, type Processor, type TaskResult } from "./delivery-task.ts";
import { runHandlers } from "./handlers.ts";
import { resolveNotifications } from "./resolve-notifications.ts";
import { applied, mapped, warningsOf } from "./write-change.ts";

/**
 * Takes the deliveries of one object to the records: snapshots one by one in the order of their sequence, all notifications with one fetch and
 * one write; then the handlers of each delivery. A failure is a result, not a throw, and does not stop its neighbours.
 *
 * @param signal ends it soon: what is being waited for then counts as failed, and what had not begun stays untouched
 */
export async function processDeliveries(
  processor: Processor,
  tenant: string,
  tasks: readonly DeliveryTask[],
  signal: AbortSignal,
): Promise<ReadonlyMap<DeliveryTask, TaskResult>> {
  const results = new Map<DeliveryTask, TaskResult>();
  const notifications: DeliveryTask<NotificationEvent>[] = [];
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
    else
      for (const [task, result] of await resolveNotifications(processor, tenant, group, signal))
        results.set(task, result);
  }
  for (const [task, result] of results) {
    if (result.kind !== "processed" && result.kind !== "unresolved") continue;
    if (signal.aborted && processor.handlers.size > 0) results.set(task, { kind: "untouched" });
    else results.set(task, await handled(processor, tenant, task, result, signal));
  }
  return results;
}

/** The result once the handlers have run: the same, or their failure. */
async function handled(
  { handlers }: Processor,
  tenant: string,
  { event }: DeliveryTask,
  result: TaskResult & { readonly kind: "processed" | "unresolved" },
  signal: AbortSignal,
): Promise<TaskResult> {
  const told =
    result.kind === "processed" ? result : { event, submission: null, records: null, result: null };
  const { submission, records, result: stored } = told;
  try {
    await runHandlers(handlers, {
      tenant,
      event: told.event,
      submission,
      records,
      result: stored,
      signal,
    });
    return result;
  } catch (error) {
    return failed(error);
  }
}

async function applySnapshot(
  { store, statusOverrides }: Processor,
  tenant: string,
  task: DeliveryTask<SnapshotEvent>,
  signal: AbortSignal,
): Promise<TaskResult> {
  const { event, sequence } = task;
  try {
    const built = mapped(() => snapshotChange(task, tenant, sequence, statusOverrides));
    const result = await applied(store, built, signal);
    const warnings = warningsOf(event, built.change);
    return {
      kind: "processed",
      event,
      submission: built.submissions[0] ?? null,
      records: null,
      result,
      warnings,
    };
  } catch (error) {
    return failed(error);
  }
}

function groupByObject(
  tasks: readonly DeliveryTask<NotificationEvent>[],
): Iterable<readonly DeliveryTask<NotificationEvent>[]> {
  const groups = new Map<string, DeliveryTask<NotificationEvent>[]>();
  for (const task of tasks) {
    const key = `${task.event.objectType}:${task.event.itemId}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [task]);
    else group.push(task);
  }
  return groups.values();
}

function isNotification(task: DeliveryTask): task is DeliveryTask<NotificationEvent> {
  return task.event.kind === "notification";
}

function isSnapshot(task: DeliveryTask): task is DeliveryTask<SnapshotEvent> {
  return task.event.kind === "snapshot";
}
