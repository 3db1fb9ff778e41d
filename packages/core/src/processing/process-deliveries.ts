import type { NotificationEvent, SnapshotEvent } from "../events/jobber-event.ts";
import { snapshotChange } from "./build-change.ts";
import { type DeliveryWork, failed, type Processor, type WorkResult } from "./delivery-task.ts";
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
  works: readonly DeliveryWork[],
  signal: AbortSignal,
): Promise<ReadonlyMap<DeliveryWork, WorkResult>> {
  const results = new Map<DeliveryWork, WorkResult>();
  const notifications: DeliveryWork<NotificationEvent>[] = [];
  for (const work of works) {
    if (isNotification(work)) notifications.push(work);
    else if (isSnapshot(work)) {
      results.set(
        work,
        signal.aborted ? { kind: "untouched" } : await applySnapshot(processor, tenant, work, signal),
      );
    }
  }
  for (const group of groupByObject(notifications)) {
    if (signal.aborted) for (const work of group) results.set(work, { kind: "untouched" });
    else
      for (const [work, result] of await resolveNotifications(processor, tenant, group, signal))
        results.set(work, result);
  }
  for (const [work, result] of results) {
    if (result.kind !== "processed" && result.kind !== "unresolved") continue;
    if (signal.aborted && processor.handlers.size > 0) results.set(work, { kind: "untouched" });
    else results.set(work, await handled(processor, tenant, work, result, signal));
  }
  return results;
}

/** The result once the handlers have run: the same, or their failure. */
async function handled(
  { handlers }: Processor,
  tenant: string,
  { event }: DeliveryWork,
  result: WorkResult & { readonly kind: "processed" | "unresolved" },
  signal: AbortSignal,
): Promise<WorkResult> {
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
  work: DeliveryWork<SnapshotEvent>,
  signal: AbortSignal,
): Promise<WorkResult> {
  const { event, sequence } = work;
  try {
    const built = mapped(() => snapshotChange(work, tenant, sequence, statusOverrides));
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
  works: readonly DeliveryWork<NotificationEvent>[],
): Iterable<readonly DeliveryWork<NotificationEvent>[]> {
  const groups = new Map<string, DeliveryWork<NotificationEvent>[]>();
  for (const work of works) {
    const key = `${work.event.objectType}:${work.event.itemId}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [work]);
    else group.push(work);
  }
  return groups.values();
}

function isNotification(work: DeliveryWork): work is DeliveryWork<NotificationEvent> {
  return work.event.kind === "notification";
}

function isSnapshot(work: DeliveryWork): work is DeliveryWork<SnapshotEvent> {
  return work.event.kind === "snapshot";
}
