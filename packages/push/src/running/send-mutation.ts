import { type ErrorCode, isJobberSyncError } from "@jobber-sync/core";
import type { Mutation, Payload } from "../verbs/verb.ts";
import type { IntentRun } from "./run-context.ts";

/** The longest time between the commit of `sentAt` and the send. Milliseconds. */
const MAX_SEND_DELAY_MS = 2000;

/** An entry of a payload's `userErrors`. The message may quote customers' data. */
export interface UserError {
  readonly message: string;
  readonly path: readonly string[];
}

/** The result of sending a mutation. */
export type SendResult =
  | { readonly kind: "payload"; readonly payload: Payload }
  | { readonly kind: "rejected"; readonly userErrors: readonly UserError[] }
  /** Jobber did not execute it, or it was not sent. */
  | { readonly kind: "unsent"; readonly error: unknown }
  /** Whether Jobber executed it is unknown. */
  | { readonly kind: "unknown"; readonly error: unknown }
  /** Another run has taken the lane over. */
  | { readonly kind: "lost" };

// Responses by which Jobber says that it has not executed a mutation.
const NOT_EXECUTED: ReadonlySet<ErrorCode> = new Set([
  "ERR_API_UNAUTHORIZED",
  "ERR_API_NEEDS_REAUTH",
  "ERR_API_DISCONNECTED",
  "ERR_API_INACTIVE",
  "ERR_API_THROTTLED",
  "ERR_API_RATE_LIMITED",
  "ERR_API_VERSION",
  "ERR_API_QUERY",
  "ERR_TOKEN_DECRYPT",
  "ERR_TOKEN_REFRESH",
  "ERR_LEASE_TIMEOUT",
]);

class LaneLost extends Error {}
class SentTooLate extends Error {}

/**
 * Sends a mutation at most once. `sentAt` is committed after every wait, directly before the
 * request; when that commit takes longer than 2 s, nothing is sent, because another run may look
 * for the result by then.
 */
export async function sendMutation(run: IntentRun, mutation: Mutation): Promise<SendResult> {
  const { claim, intent, outbox, request, beforeFetch, monotonic, now, signal } = run;
  const { tenant } = claim.object;
  let committed = false;
  const beforeSend = async (): Promise<void> => {
    signal.throwIfAborted();
    const started = monotonic();
    if (!(await outbox.markSent(claim, intent.sequence, { now: now() }))) throw new LaneLost();
    if (monotonic() - started > MAX_SEND_DELAY_MS) throw new SentTooLate();
    signal.throwIfAborted();
    committed = true;
  };
  try {
    await beforeFetch(tenant, signal);
    const options = { signal, beforeSend, allowUserErrors: true };
    const { document, variables, root } = mutation;
    const data = await request<Payload, object>(tenant, document, variables, options);
    return readPayload(data[root]);
  } catch (error) {
    if (error instanceof LaneLost) return { kind: "lost" };
    if (!committed || error instanceof SentTooLate || wasNotExecuted(error, mutation.root))
      return { kind: "unsent", error };
    return { kind: "unknown", error };
  }
}

function readPayload(value: unknown): SendResult {
  if (typeof value !== "object" || value === null)
    return { kind: "unknown", error: new TypeError("Jobber's response has no payload.") };
  const payload = value as Payload;
  const { userErrors } = payload;
  if (!Array.isArray(userErrors))
    return { kind: "unknown", error: new TypeError("Jobber's response has no userErrors.") };
  return userErrors.length > 0 ? { kind: "rejected", userErrors } : { kind: "payload", payload };
}

function wasNotExecuted(error: unknown, root: string): boolean {
  if (!isJobberSyncError(error)) return false;
  // A field of the payload may be hidden after the mutation was executed; the mutation itself not.
  if (error.code === "ERR_API_PERMISSION")
    return error.details?.hidden?.includes(`Mutation.${root}`) === true;
  return NOT_EXECUTED.has(error.code);
}
