import type { ErrorCode } from "../errors.ts";
import { bodyTooLarge } from "../http/body-reader.ts";
import { headerOf, type RequestHeaders } from "../http/headers.ts";
import { type ReceiverResponse, rejected } from "./response.ts";

/** A response to a rejected request, and the code to report it under. */
export interface Rejection {
  readonly response: ReceiverResponse;
  readonly code: ErrorCode;
}

/** The part of a request that arrives before its body. */
export interface RequestHead {
  readonly method: string;
  readonly tenant?: string | undefined;
  readonly headers: RequestHeaders;
}

const METHOD_REJECTED = rejected("ERR_METHOD", 405, "Webhooks are sent with POST.", {
  allow: "POST",
});
const ENCODING_REJECTED = rejected(
  "ERR_BODY_ENCODED",
  415,
  "Send the body without Content-Encoding: the signature covers the bytes as they are.",
);
const NO_APP_ROUTE = rejected(
  "ERR_NOT_FOUND",
  404,
  "There is no app-level webhook route here; the URL lacks the tenant.",
);

/**
 * Creates the check that rejects a request from its method and headers, before its body is read.
 * The check returns `null` for a request whose body may be read.
 */
export function createHeadCheck({
  hasAppRoute,
  maxBodyBytes,
}: {
  readonly hasAppRoute: boolean;
  readonly maxBodyBytes: number;
}): (head: RequestHead) => Rejection | null {
  const tooLarge = bodyTooLarge(maxBodyBytes);
  const lengthRejected = rejected(tooLarge.code, tooLarge.status, tooLarge.message);
  return ({ method, tenant, headers }) => {
    if (tenant === undefined && !hasAppRoute)
      return { response: NO_APP_ROUTE, code: "ERR_NOT_FOUND" };
    if (method !== "POST") return { response: METHOD_REJECTED, code: "ERR_METHOD" };
    const encoding = headerOf(headers, "content-encoding");
    if (encoding !== undefined && String(encoding).trim().toLowerCase() !== "identity") {
      return { response: ENCODING_REJECTED, code: "ERR_BODY_ENCODED" };
    }
    const length = headerOf(headers, "content-length");
    return length !== undefined && Number(length) > maxBodyBytes
      ? { response: lengthRejected, code: "ERR_BODY_TOO_LARGE" }
      : null;
  };
}
