import { JobberSyncError } from "../errors.ts";
import { checkTopics } from "../events/topic-selection.ts";
import type { Emit } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { Processor, TaskResult } from "../processing/delivery-task.ts";
import { checkHandlers, warnUnselected } from "../processing/handlers.ts";
import { logFailures } from "../processing/log-failures.ts";
import { processDeliveries } from "../processing/process-deliveries.ts";
import type { RecordExtras } from "../records/extra.ts";
import { checkSnapshotExtra } from "../records/snapshot-extra.ts";
import { type Accept, type Acceptance, ignore } from "./acceptance.ts";
import { factsOf } from "./describe-delivery.ts";
import type { Disposition } from "./dispose.ts";
import type { InlineReceiverOptions } from "./options.ts";
import { accepted, type ReceiverResponse } from "./response.ts";

const ACCEPTED = accepted("accepted");
const DUPLICATE = accepted("duplicate");

/**
 * Creates the step of inline mode: processes a delivery and runs its handlers before the response.
 */
export function createAcceptInline<X extends RecordExtras>(
  options: InlineReceiverOptions<X>,
  { emit, logger }: { readonly emit: Emit; readonly logger: Logger },
): Accept {
  const { store, source, on = {}, statusOverrides = source?.statusOverrides } = options;
  const handlers = checkHandlers(on);
  warnUnselected(handlers, checkTopics(options.topics), logger);
  const snapshotExtra = checkSnapshotExtra(options.snapshotExtra);
  const processor: Processor = { store, source, handlers, statusOverrides, snapshotExtra, logger };
  if (source === undefined) {
    logger.warn(
      {},
      "no source configured: Jobber's webhooks contain only ids, so their deliveries are ignored until you pass one",
    );
  }

  return async (acceptance) => {
    const { disposition, deadline } = acceptance;
    if (disposition.kind === "quarantine") {
      // There is no quarantine. Another account is not the sender's mistake; everything else is.
      if (disposition.error.code !== "ERR_ACCOUNT_MISMATCH") throw disposition.error;
      return ignore(emit, disposition.delivery, "account", deadline);
    }
    const { event, tenant, deliveryKey } = disposition.delivery;
    const sequence = event.kind === "snapshot" ? await store.nextSequence() : 0;
    const { receivedAt } = acceptance;
    const task = { event, deliveryKey, receivedAt, sequence, attempt: 1, recheckSince: null };
    const work = { tenant, tasks: [task], refresh: null, signal: deadline.signal };
    const { results } = await processDeliveries(processor, work);
    logFailures(logger, tenant, results);
    return respond(results.get(task), disposition.delivery, acceptance);
  };

  function respond(
    result: TaskResult | undefined,
    delivery: (Disposition & { readonly kind: "accept" })["delivery"],
    { deadline, secret }: Acceptance,
  ): ReceiverResponse {
    switch (result?.kind) {
      case "processed": {
        const known = result.result?.submissions.some(({ outcome }) => outcome === "unchanged");
        const facts = { ...factsOf(delivery, null), durationMs: deadline.elapsedMs };
        for (const warning of result.warnings)
          emit("warning", { ...factsOf(delivery, null), warning });
        emit("processed", facts);
        emit(known ? "duplicate" : "accepted", { ...facts, secret });
        return known ? DUPLICATE : ACCEPTED;
      }
      case "unresolved":
        return ignore(emit, delivery, "no_source", deadline);
      case "ignored":
      // Inline mode has no later run. Reconcile finds the record's state.
      case "recheck":
        return ignore(emit, delivery, result.reason, deadline);
      case "failed":
        throw result.error;
      default:
        throw new JobberSyncError(
          "ERR_DEADLINE",
          "The delivery could not be processed in time. Send it again.",
        );
    }
  }
}
