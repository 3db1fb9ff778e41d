import assert from "node:assert/strict";
import type { DeliveryState } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import type { ReceivedResponse } from "../send-request.ts";

/** Returns the state of every delivery, oldest first. */
export async function statesOf(inbox: Inbox): Promise<DeliveryState[]> {
  return (await inbox.list({ limit: 1000 })).map(({ state }) => state);
}

/** Asserts a 200 with this outcome. */
export function assertOutcome(reply: ReceivedResponse, status: string): void {
  assert.equal(reply.status, 200, reply.body);
  assert.equal((JSON.parse(reply.body) as { status: string }).status, status);
}

/** Asserts the only response with status 401. */
export function assertUnauthorized(reply: ReceivedResponse): void {
  assert.deepEqual([reply.status, codeOf(reply)], [401, "ERR_UNAUTHORIZED"]);
}

/** Returns the error code in a response. */
export function codeOf(reply: ReceivedResponse): string {
  return (JSON.parse(reply.body) as { code: string }).code;
}

/** Returns a response as text, without the one header that differs between equal responses. */
export function withoutDate({
  status,
  headers: { date: _, ...headers },
  body,
}: ReceivedResponse): string {
  return JSON.stringify({ status, headers, body });
}
