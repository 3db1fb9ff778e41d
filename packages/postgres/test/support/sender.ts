// Without the testing package: programs that are started 30 times over are to start fast.
import { createReceiver, type Logger, type ReceiverResponse, signPayload } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";

const SECRET = "a client secret that no app has";

/** Says nothing of what a test does on purpose. */
export const SILENT: Logger = { info: () => {}, warn: () => {}, error: () => {} };

/** An response, and how long the sender waited for it. */
export interface TimedResponse extends ReceiverResponse {
  /** Milliseconds. */
  readonly elapsedMs: number;
}

/** A receiver for tenant `acme` in front of an inbox, with somebody who signs what is sent. */
export function createSender(inbox: Inbox): (payload: object) => Promise<TimedResponse> {
  const tenants = [{ slug: "acme", secrets: SECRET }];
  const receiver = createReceiver({ tenants, inbox, logger: SILENT });
  return async (payload) => {
    const body = new TextEncoder().encode(JSON.stringify(payload));
    const signature = signPayload(body, SECRET);
    const began = performance.now();
    const response = await receiver.receive({ tenant: "acme", signature, body });
    return { ...response, elapsedMs: performance.now() - began };
  };
}

/** A snapshot of a job of its own. */
export function jobCreated(id: string, title = "Lawn Service"): object {
  return { event: "job.created", data: { id, title } };
}

/** Whether the sender was told to come again, in time. */
export function isProperRejection({ status, headers, elapsedMs }: TimedResponse): boolean {
  return status === 503 && Number(headers["retry-after"]) > 0 && elapsedMs < 1000;
}
