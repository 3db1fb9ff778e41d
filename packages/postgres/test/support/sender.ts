// Does not import the testing package: processes that tests start repeatedly must start fast.
import { createReceiver, type Logger, type ReceiverResponse, signPayload } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";

const SECRET = "a client secret that no app has";

/** A logger for failures that a test causes on purpose. */
export const SILENT: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** A response with its response time. */
export interface TimedResponse extends ReceiverResponse {
  /** Milliseconds. */
  readonly elapsedMs: number;
}

/** Creates a receiver for tenant `acme`. The returned function signs and sends a payload to it. */
export function createSender(
  inbox: Inbox,
  options: { readonly deadlineMs?: number } = {},
): (payload: object) => Promise<TimedResponse> {
  const tenants = [{ slug: "acme", secrets: SECRET }];
  const receiver = createReceiver({ tenants, inbox, logger: SILENT, ...options });
  return async (payload) => {
    const body = new TextEncoder().encode(JSON.stringify(payload));
    const signature = signPayload(body, SECRET);
    const began = performance.now();
    const response = await receiver.receive({ tenant: "acme", signature, body });
    return { ...response, elapsedMs: performance.now() - began };
  };
}

/** Returns a snapshot of a job. */
export function jobCreated(id: string, title = "Lawn Service"): object {
  return { event: "job.created", data: { id, title } };
}

/** Returns whether the response is a timely 503 with Retry-After. */
export function isProperRejection({ status, headers, elapsedMs }: TimedResponse): boolean {
  return status === 503 && Number(headers["retry-after"]) > 0 && elapsedMs < 1000;
}
