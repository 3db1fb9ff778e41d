import type { Emit } from "../observability/lifecycle-events.ts";
import type { Deadline } from "./deadline.ts";
import { factsOf } from "./describe-delivery.ts";
import type { Disposition } from "./dispose.ts";
import { accepted, type ReceiverResponse } from "./response.ts";

/** A verified delivery to commit. */
export interface Acceptance {
  readonly disposition: Exclude<Disposition, { readonly kind: "ignore" }>;
  /** The secret that the signature matched: its name or index. */
  readonly secret: string | number;
  readonly body: Uint8Array;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly deadline: Deadline;
}

/** Commits a delivery and returns the response. Rejects if nothing was committed. */
export type Accept = (acceptance: Acceptance) => Promise<ReceiverResponse>;

/** Reports a delivery without effect and returns the response. */
export function ignore(
  emit: Emit,
  delivery: Disposition["delivery"],
  reason: string,
  deadline: Deadline,
): ReceiverResponse {
  emit("ignored", { ...factsOf(delivery, null), reason, durationMs: deadline.elapsedMs });
  return accepted("ignored", reason);
}
