import type { JobberSyncError } from "../errors.ts";
import type { ClaimedDelivery, Settlement } from "../inbox/inbox.ts";
import type { DeliveryFacts, Emit } from "../observability/lifecycle-events.ts";
import type { TaskResult } from "../processing/delivery-task.ts";
import { type FailureCircumstances, type RetryPolicy, settleFailure } from "./retry-policy.ts";

/** What became of a delivery, or that it was not even begun with. */
export type SettleableResult =
  | TaskResult
  | { readonly kind: "rejected"; readonly error: JobberSyncError };

/** What is written down of a delivery, and what is told when that is durable. */
export interface SettledResult {
  readonly settlement: Settlement;
  readonly emissions: readonly ((emit: Emit) => void)[];
}

/** What a settlement depends on besides the result. */
export interface SettleCircumstances extends Required<FailureCircumstances> {
  readonly facts: DeliveryFacts;
  readonly durationMs: number;
  /** Whether the worker is stopping: what failed then is handed back. */
  readonly stopped: boolean;
  readonly recheckMs: number;
  readonly retry: RetryPolicy;
}

/** Decides what a result means for its delivery. Pure. */
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
      const dueAt = now + circumstances.recheckMs;
      const counts = { attempts, retries, recheckSince: now, reason: "recheck" };
      return { settlement: { sequence, state: "waiting", dueAt, ...counts }, emissions: [] };
    }
    case "rejected": {
      const { code } = result.error;
      return {
        settlement: { sequence, state: "quarantined", attempts, reason: code },
        emissions: [(emit) => emit("dead", { ...facts, code, state: "quarantined", durationMs })],
      };
    }
    case "untouched":
      return release(delivery, now);
    case "failed":
      // The worker stopped in the middle: no failure of the delivery's.
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
  const settlement = settleFailure(delivery, error, retry, { now, random, pausable });
  const event = { ...facts, code: error.code, durationMs };
  const emission = (emit: Emit) => {
    if (settlement.state === "waiting") emit("retried", { ...event, dueAt: settlement.dueAt });
    else if (settlement.state !== "done") emit("dead", { ...event, state: settlement.state });
  };
  return { settlement, emissions: [emission] };
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
      // Why it had been put aside is still to be seen; for the rest this is why it waits.
      reason: reason ?? "stopped",
    },
    emissions: [],
  };
}
