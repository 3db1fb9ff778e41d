import type { JobberSyncError } from "../errors.ts";
import type { ClaimedDelivery, Settlement } from "../inbox/claim.ts";
import type { DeliveryFacts, Emit } from "../observability/lifecycle-events.ts";
import type { TaskResult } from "../processing/delivery-task.ts";
import { failureMessage } from "../processing/failure-message.ts";
import { LOOKUP_CODES, OWNERSHIP_CODES } from "./admit-delivery.ts";
import {
  type FailureCircumstances,
  type FailureSettlement,
  type RetryPolicy,
  settleFailure,
} from "./retry-policy.ts";

/** Result of a delivery, or the reason it was rejected before processing. */
export type SettleableResult =
  | TaskResult
  | { readonly kind: "rejected"; readonly error: JobberSyncError };

/** A settlement, and the hooks to emit once it is durable. */
export interface SettledResult {
  readonly settlement: Settlement;
  readonly emissions: readonly ((emit: Emit) => void)[];
}

/** Circumstances a settlement depends on besides the result. */
export interface SettleCircumstances extends Required<FailureCircumstances> {
  readonly facts: DeliveryFacts;
  readonly durationMs: number;
  /** Whether the worker is stopping: what failed then is released. */
  readonly stopped: boolean;
  readonly retry: RetryPolicy;
}

/** Decides how a delivery is settled after a run. Pure. */
export function settleResult(
  delivery: ClaimedDelivery,
  result: SettleableResult,
  circumstances: SettleCircumstances,
): SettledResult {
  const { sequence, attempts, retries } = delivery;
  const { facts, durationMs, now } = circumstances;
  switch (result.kind) {
    case "processed": {
      const outcomes = [...(result.result?.contacts ?? []), ...(result.result?.jobs ?? [])];
      const stale = outcomes.length > 0 && outcomes.every(({ outcome }) => outcome === "stale");
      return {
        settlement: { sequence, state: "done" },
        emissions: [
          ...result.warnings.map(
            (warning) => (emit: Emit) => emit("warning", { ...facts, warning }),
          ),
          (emit) => emit(stale ? "stale" : "processed", { ...facts, durationMs }),
        ],
      };
    }
    case "ignored":
      return {
        settlement: { sequence, state: "done" },
        emissions: [(emit) => emit("ignored", { ...facts, reason: result.reason, durationMs })],
      };
    case "unresolved":
      return {
        settlement: { sequence, state: "unresolved", attempts, reason: "no_source" },
        emissions: [(emit) => emit("ignored", { ...facts, reason: "no_source", durationMs })],
      };
    case "recheck": {
      const recheckSince = delivery.recheckSince ?? result.at;
      const counts = { attempts, retries, recheckSince, reason: "recheck" };
      const { dueAt } = result;
      return { settlement: { sequence, state: "waiting", dueAt, ...counts }, emissions: [] };
    }
    case "wait": {
      const { recheckSince, reason } = delivery;
      const counts = { attempts, retries, recheckSince, reason };
      const { dueAt } = result;
      return { settlement: { sequence, state: "waiting", dueAt, ...counts }, emissions: [] };
    }
    case "rejected": {
      const { error } = result;
      const { code } = error;
      return {
        settlement: {
          sequence,
          state: "quarantined",
          attempts,
          reason: code,
          error: failureMessage(error),
        },
        emissions: [
          (emit) => emit("dead", { ...facts, code, error, state: "quarantined", durationMs }),
        ],
      };
    }
    case "untouched":
      return release(delivery, now);
    case "failed":
      // Interrupted by a stop, which is not the delivery's failure.
      return circumstances.stopped
        ? release(delivery, now)
        : settleFailed(delivery, result.error, circumstances);
  }
}

function settleFailed(
  delivery: ClaimedDelivery,
  error: JobberSyncError,
  { facts, durationMs, retry, now, random, pausable }: SettleCircumstances,
): SettledResult {
  const settlement = withReason(
    delivery,
    settleFailure(delivery, error, retry, { now, random, pausable }),
  );
  const message = failureMessage(error);
  const event = { ...facts, code: error.code, error, durationMs };
  const emission = (emit: Emit) => {
    if (settlement.state === "waiting") emit("retried", { ...event, dueAt: settlement.dueAt });
    else emit("dead", { ...event, state: settlement.state });
  };
  return { settlement: { ...settlement, error: message }, emissions: [emission] };
}

/** Keeps an ownership quarantine's reason until a worker that knows the tenant has checked it. */
function withReason({ reason }: ClaimedDelivery, settlement: FailureSettlement): FailureSettlement {
  if (settlement.state !== "waiting" || reason === null) return settlement;
  const isUnchecked = settlement.reason !== null && LOOKUP_CODES.has(settlement.reason);
  return isUnchecked && OWNERSHIP_CODES.has(reason) ? { ...settlement, reason } : settlement;
}

function release(
  { sequence, attempts, retries, recheckSince, reason }: ClaimedDelivery,
  dueAt: number,
): SettledResult {
  return {
    settlement: {
      sequence,
      state: "waiting",
      dueAt,
      attempts,
      retries,
      recheckSince,
      // A quarantine reason stays visible until the delivery has been processed.
      reason: reason ?? "stopped",
    },
    emissions: [],
  };
}
