import { JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { Inbox } from "../inbox/inbox.ts";
import type { DeliveryFacts, Emit } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import type { Processor } from "../processing/delivery-task.ts";
import { checkHandlers } from "../processing/handlers.ts";
import { logFailures } from "../processing/log-failures.ts";
import { processDeliveries } from "../processing/process-deliveries.ts";
import type { Deadline } from "./deadline.ts";
import type { ReceiverOptions, StoreReceiverOptions } from "./options.ts";
import { accepted, type ReceiverResponse } from "./response.ts";

/** A verified delivery and what is known of it. */
export interface VerifiedDelivery extends Omit<DeliveryFacts, "sequence" | "topic"> {
  readonly topic: string | null;
  readonly deliveryKey: string;
  /** `null` for a body that is no event. */
  readonly event: JobberEvent | null;
}

/** What is to be done with a verified delivery. */
export type Disposition =
  | {
      readonly kind: "accept";
      readonly delivery: VerifiedDelivery & { readonly event: JobberEvent };
    }
  | {
      readonly kind: "quarantine";
      readonly error: JobberSyncError;
      readonly delivery: VerifiedDelivery;
    }
  | { readonly kind: "ignore"; readonly reason: string; readonly delivery: VerifiedDelivery };

/** A disposition on its way to the store. */
export interface Acceptance {
  readonly disposition: Disposition;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  /** `performance.now()` when the headers were there. */
  readonly started: number;
  readonly deadline: Deadline;
}

interface Surroundings {
  readonly emit: Emit;
  readonly logger: Logger;
}

const ACCEPTED = {
  accepted: accepted("accepted"),
  coalesced: accepted("coalesced"),
  duplicate: accepted("duplicate"),
};
const QUARANTINED = accepted("quarantined");

/** Makes the last step of a receiver: into the inbox, or in inline mode into the records. */
export function createAccept(
  options: ReceiverOptions,
  surroundings: Surroundings,
): (acceptance: Acceptance) => Promise<ReceiverResponse> {
  if (options.inbox !== undefined && options.store !== undefined) {
    throw new TypeError(
      "Give createReceiver an inbox or a store, not both: with an inbox the store belongs to the worker.",
    );
  }
  if (options.inbox !== undefined) return intoInbox(options.inbox, surroundings);
  if (options.store !== undefined) return intoRecords(options, surroundings);
  throw new TypeError("createReceiver needs an inbox, or a store for inline mode.");
}

function intoInbox(
  inbox: Inbox,
  { emit }: Surroundings,
): (acceptance: Acceptance) => Promise<ReceiverResponse> {
  return async ({ disposition, body, receivedAt, started }) => {
    const { delivery } = disposition;
    if (disposition.kind === "ignore") return ignored(emit, delivery, disposition.reason, started);
    const quarantine = disposition.kind === "quarantine" ? disposition.error.code : null;
    const { tenant, objectType, objectId, topic, deliveryKey } = delivery;
    const { sequence, outcome } = await inbox.accept({
      tenant,
      objectType,
      objectId,
      topic,
      deliveryKey,
      body,
      receivedAt,
      state: quarantine === null ? "waiting" : "quarantined",
      reason: quarantine,
    });
    const facts = factsOf(delivery, sequence);
    const durationMs = performance.now() - started;
    if (quarantine !== null) {
      emit("quarantined", { ...facts, code: quarantine, durationMs });
      return QUARANTINED;
    }
    emit(outcome, { ...facts, durationMs });
    return ACCEPTED[outcome];
  };
}

function intoRecords(
  { store, source, on = {}, statusOverrides }: StoreReceiverOptions,
  { emit, logger }: Surroundings,
): (acceptance: Acceptance) => Promise<ReceiverResponse> {
  const handlers = checkHandlers(on);
  const processor: Processor = { store, source, handlers, statusOverrides, logger };
  if (source === undefined) {
    logger.warn(
      {},
      "no source is configured: Jobber's own webhooks name a record without carrying it, so they will be ignored",
    );
  }
  return async ({ disposition, receivedAt, started, deadline }) => {
    const { delivery } = disposition;
    if (disposition.kind === "ignore") return ignored(emit, delivery, disposition.reason, started);
    if (disposition.kind === "quarantine") {
      // There is nowhere to keep it. A foreign account is no fault of this request; a body that is no event is.
      if (disposition.error.code === "ERR_ACCOUNT_MISMATCH")
        return ignored(emit, delivery, "account", started);
      throw disposition.error;
    }
    const { event, tenant, deliveryKey } = disposition.delivery;
    const sequence = event.kind === "snapshot" ? await store.nextSequence() : 0;
    const task = { event, deliveryKey, receivedAt, sequence, attempt: 1, rechecked: false };
    const results = await processDeliveries(processor, tenant, [task], deadline.signal);
    logFailures(logger, tenant, results);
    const result = results.get(task);
    const facts = factsOf(delivery, null);
    const durationMs = performance.now() - started;
    switch (result?.kind) {
      case "processed": {
        const known =
          result.result?.submissions.some(({ outcome }) => outcome === "unchanged") === true;
        for (const warning of result.warnings) emit("warning", { ...facts, warning });
        emit("processed", { ...facts, durationMs });
        emit(known ? "duplicate" : "accepted", { ...facts, durationMs });
        return known ? ACCEPTED.duplicate : ACCEPTED.accepted;
      }
      case "unresolved":
        return ignored(emit, delivery, "no_source", started);
      case "ignored":
        return ignored(emit, delivery, result.reason, started);
      case "recheck":
        // Inline mode has no later. Reconcile finds out what became of the record.
        return ignored(emit, delivery, result.reason, started);
      case "failed":
        throw result.error;
      default:
        throw new JobberSyncError(
          "ERR_DEADLINE",
          "The delivery could not be processed in time. Send it again.",
        );
    }
  };
}

function ignored(
  emit: Emit,
  delivery: VerifiedDelivery,
  reason: string,
  started: number,
): ReceiverResponse {
  emit("ignored", { ...factsOf(delivery, null), reason, durationMs: performance.now() - started });
  return accepted("ignored", reason);
}

function factsOf(
  { tenant, objectType, objectId, topic }: VerifiedDelivery,
  sequence: number | null,
): DeliveryFacts {
  return { tenant, objectType, objectId, topic, sequence };
}
