import { type ErrorCode, isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { Emit, RejectionCause } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import { createOutageLog } from "../observability/outage-log.ts";
import type { Deadline } from "./deadline.ts";
import { type ReceiverResponse, rejected, UNAUTHORIZED } from "./response.ts";

/** A request to respond to. */
export interface Exchange {
  /** The slug from the URL. */
  readonly tenant: string | undefined;
  readonly deadline: Deadline;
}

/** Creates error responses, and reports them to the `rejected` hook and the log. */
export interface Respond {
  /** Returns `response` after reporting it under `code`. */
  rejected(
    response: ReceiverResponse,
    code: ErrorCode,
    exchange: Exchange,
    cause?: RejectionCause,
  ): ReceiverResponse;
  /** Returns the response for an error. */
  failed(error: unknown, exchange: Exchange, cause?: RejectionCause): ReceiverResponse;
}

const NOT_STORED = "The delivery could not be stored. Send it again.";

/** The response if the receiver itself fails, for example because the `now` option throws. */
export const LAST_RESORT = rejected("ERR_STORE", 503, NOT_STORED, { "retry-after": "5" });

export function createRespond({
  emit,
  logger,
  now,
  retryAfterSeconds,
}: {
  readonly emit: Emit;
  readonly logger: Logger;
  readonly now: () => number;
  readonly retryAfterSeconds: number;
}): Respond {
  const logOutage = createOutageLog(logger, now, "delivery not accepted, responding 503");
  const retryLater = { "retry-after": String(retryAfterSeconds) };

  function failed(error: unknown, exchange: Exchange, cause?: RejectionCause): ReceiverResponse {
    const coded = isJobberSyncError(error)
      ? error
      : new JobberSyncError("ERR_STORE", NOT_STORED, { cause: error });
    if (coded.code === "ERR_BODY_NOT_RAW") logger.error({ code: coded.code }, coded.message);
    if (coded.status === 503) logOutage(coded);
    return report(responseOf(coded), coded.code, exchange, {
      cause: cause ?? null,
      error: coded.status >= 500 ? coded : null,
    });
  }

  function responseOf(error: JobberSyncError): ReceiverResponse {
    if (error.status === 401) return UNAUTHORIZED;
    const headers =
      error.status === 503 ? retryLater : error.status === 408 ? { connection: "close" } : {};
    return error.expose
      ? rejected(error.code, error.status, error.message, headers)
      : rejected("ERR_STORE", error.status, NOT_STORED, headers);
  }

  function report(
    response: ReceiverResponse,
    code: ErrorCode,
    { tenant, deadline }: Exchange,
    details: { readonly cause: RejectionCause | null; readonly error: JobberSyncError | null },
  ): ReceiverResponse {
    emit("rejected", {
      code,
      status: response.status,
      tenant: tenant ?? null,
      durationMs: deadline.elapsedMs,
      ...details,
    });
    return response;
  }

  return {
    rejected: (response, code, exchange, cause) =>
      report(response, code, exchange, { cause: cause ?? null, error: null }),
    failed,
  };
}
