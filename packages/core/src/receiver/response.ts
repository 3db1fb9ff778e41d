import type { ErrorCode } from "../errors.ts";

/** A response to send. */
export interface ReceiverResponse {
  readonly status: number;
  /** Header names are in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** JSON text. */
  readonly body: string;
}

const JSON_TYPE = "application/json; charset=utf-8";

/** The outcome of a delivery with status 200. */
export type AcceptedWord = "accepted" | "coalesced" | "duplicate" | "quarantined" | "ignored";

/** Creates a response with status 200. */
export function accepted(status: AcceptedWord, reason?: string): ReceiverResponse {
  return response(200, reason === undefined ? { status } : { status, reason });
}

/**
 * Creates an error response.
 *
 * @param message is shown to anyone who sends a request
 */
export function rejected(
  code: ErrorCode,
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ReceiverResponse {
  return response(status, { code, message }, headers);
}

function response(
  status: number,
  content: object,
  headers?: Readonly<Record<string, string>>,
): ReceiverResponse {
  const body = JSON.stringify(content);
  const length = String(Buffer.byteLength(body));
  return Object.freeze({
    status,
    headers: Object.freeze({ "content-type": JSON_TYPE, "content-length": length, ...headers }),
    body,
  });
}

/** The only response with status 401, so that it does not reveal which tenants exist. */
export const UNAUTHORIZED = rejected(
  "ERR_UNAUTHORIZED",
  401,
  "The request is not signed for this address. Check the URL, the header X-Jobber-Hmac-SHA256 and the client secret.",
);
