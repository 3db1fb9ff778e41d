import type { ErrorCode, JobberSyncError } from "../errors.ts";
import { topicOf } from "../events/topic-of.ts";
import type { Logger } from "../observability/logger.ts";
import type { DeliveryTask, TaskResult } from "./delivery-task.ts";
import { USER_CODE } from "./failure-message.ts";

/** Rate limits: expected, and nothing to look into. */
const LIMITS: ReadonlySet<ErrorCode> = new Set(["ERR_API_THROTTLED", "ERR_API_RATE_LIMITED"]);

/**
 * Logs what the user's code threw, whole: `err` is the thrown error with its stack and cause.
 * Deliveries that failed with the same error share a line.
 *
 * @returns the other errors, one of each: outages of a store or of Jobber
 */
export function logFailures(
  logger: Logger,
  tenant: string,
  results: ReadonlyMap<DeliveryTask, TaskResult>,
): ReadonlySet<JobberSyncError> {
  const logged = new Set<JobberSyncError>();
  const others = new Set<JobberSyncError>();
  for (const [{ event, deliveryKey, attempt }, result] of results) {
    if (result.kind !== "failed") continue;
    const { error } = result;
    if (LIMITS.has(error.code)) continue;
    if (!USER_CODE.has(error.code)) others.add(error);
    else if (!logged.has(error)) {
      logged.add(error);
      const err = error.cause instanceof Error ? error.cause : error;
      logger.error(
        { err, code: error.code, tenant, event: topicOf(event), deliveryKey, attempt },
        error.message,
      );
    }
  }
  return others;
}
