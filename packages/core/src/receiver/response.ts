import type { ErrorCode } from "../errors.ts";

/** An response to write to the sender. */
export interface ReceiverResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

const JSON_HEADERS = Object.freeze({ "content-type": "application/json; charset=utf-8" });

/** A 2xx: what became of the delivery, in one word. */
export type AcceptedWord = "accepted" | "coalesced" | "duplicate" | "quarantined" | "ignored";

/** Says what became of a delivery. */
export function accepted(status: AcceptedWord, reason?: string): ReceiverResponse {
  return Object.freeze({
    status: 200,
    headers: JSON_HEADERS,
    body: JSON.stringify(reason === undefined ? { status } : { status, reason }),
  });
}

/** Says why not. `message` is shown to anybody who sends a request. */
export function rejected(
  code: ErrorCode,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ReceiverResponse {
  return Object.freeze({
    status,
    headers: { ...JSON_HEADERS, ...headers },
    body: JSON.stringify({ code, message }),
  });
}

/** The one 401. Whoever may not know which tenants exist may not learn it from the response either. */
export const UNAUTHORIZED = rejected(
  "ERR_UNAUTHORIZED",
  401,
  "The request is not signed for this address. Check the URL, the header X-Jobber-Hmac-SHA256 and the client secret.",
);
