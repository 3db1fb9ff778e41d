import type { ErrorCode, JobberSyncError } from "../errors.ts";
import { topicOf } from "../events/topic-of.ts";
import type { Claim, ClaimedDelivery } from "../inbox/claim.ts";
import type { ObjectParent } from "../inbox/object-parent.ts";
import type { ObjectRefresh } from "../inbox/refresh.ts";
import type { DeliveryFacts } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { OutageLog } from "../observability/outage-log.ts";
import type { DeliveryTask, Processor } from "../processing/delivery-task.ts";
import { logFailures } from "../processing/log-failures.ts";
import { processDeliveries } from "../processing/process-deliveries.ts";
import type { TenantDirectory } from "../tenants/tenant-directory.ts";
import { createAdmit } from "./admit-delivery.ts";
import type { SettleableResult } from "./settle-result.ts";

/** Dependencies of {@link processClaim}. */
export interface ProcessClaimOptions {
  readonly processor: Processor;
  /** `null` for a worker without tenants. */
  readonly directory: TenantDirectory | null;
  readonly logger: Logger;
  readonly logOutage: OutageLog;
  /** Ends the run. */
  readonly signal: AbortSignal;
  /** Aborted when the run ends because the worker stops. */
  readonly stopped: AbortSignal;
}

/** The result of one delivery of a claim. */
export interface DeliveryResult {
  readonly facts: DeliveryFacts;
  readonly delivery: ClaimedDelivery;
  readonly result: SettleableResult;
}

/** The results of a claim. */
export interface ClaimResults {
  readonly deliveries: readonly DeliveryResult[];
  /** Reads to request for later. */
  readonly refreshes: readonly ObjectRefresh[];
  /** Parents to remember. */
  readonly parents: readonly ObjectParent[];
  /** Why the claim's refresh failed; `null` if it was read, or there was none. */
  readonly refreshError: JobberSyncError | null;
}

/** Reads, checks and processes every delivery of a claim, tenant by tenant, and its refresh. */
export async function processClaim(
  { object, deliveries, refresh: claimed }: Claim,
  { processor, directory, logger, logOutage, signal, stopped }: ProcessClaimOptions,
): Promise<ClaimResults> {
  const results: DeliveryResult[] = [];
  const failedLookups = new Map<ErrorCode, JobberSyncError>();
  const admit = createAdmit(object, directory, signal);
  const byTenant = new Map<string, DeliveryTask[]>();
  const deliveryOf = new Map<DeliveryTask, ClaimedDelivery>();
  for (const delivery of deliveries) {
    const admission = await admit(delivery);
    if (admission.kind === "admitted") {
      const { tenant, task } = admission;
      deliveryOf.set(task, delivery);
      const group = byTenant.get(tenant);
      if (group === undefined) byTenant.set(tenant, [task]);
      else group.push(task);
    } else {
      if (admission.kind === "failed") failedLookups.set(admission.error.code, admission.error);
      const facts = { ...object, topic: null, sequence: delivery.sequence };
      results.push({ facts, delivery, result: admission });
    }
  }
  if (!stopped.aborted) for (const error of failedLookups.values()) logOutage(error);
  const refresh = claimed === null ? null : { ...object, ...claimed };
  if (refresh !== null && !byTenant.has(object.tenant)) byTenant.set(object.tenant, []);
  const refreshes: ObjectRefresh[] = [];
  const parents: ObjectParent[] = [];
  let refreshError: JobberSyncError | null = null;
  for (const [tenant, tasks] of byTenant) {
    const own = tenant === object.tenant ? refresh : null;
    const work = { tenant, tasks, refresh: own, signal };
    const { results: processed, ...looks } = await processDeliveries(processor, work);
    refreshes.push(...looks.refreshes);
    parents.push(...looks.parents);
    refreshError ??= looks.refreshError;
    // What fails because the worker stops is released, not failed.
    if (!stopped.aborted)
      for (const error of logFailures(logger, tenant, processed)) logOutage(error);
    for (const [task, result] of processed) {
      const delivery = deliveryOf.get(task);
      if (delivery === undefined) continue;
      const topic = topicOf(task.event);
      const facts = { ...object, tenant, topic, sequence: delivery.sequence };
      results.push({ facts, delivery, result });
    }
  }
  return { deliveries: results, refreshes, parents, refreshError };
}
