/**
 * Every failure that callers of the library can meet. A code is never renamed or reused; each has a
 * page `docs/errors/<code>.md`.
 */
const ERROR_TABLE = {
  // Method, headers and body
  ERR_METHOD: { status: 405, retryable: false, expose: true },
  ERR_NOT_FOUND: { status: 404, retryable: false, expose: true },
  ERR_BODY_TOO_LARGE: { status: 413, retryable: false, expose: true },
  ERR_BODY_ENCODED: { status: 415, retryable: false, expose: true },
  ERR_BODY_TIMEOUT: { status: 408, retryable: true, expose: true },
  ERR_BODY_ABORTED: { status: 400, retryable: true, expose: true },
  ERR_BODY_NOT_RAW: { status: 500, retryable: true, expose: true },
  // Authentication. The sender always sees ERR_UNAUTHORIZED.
  ERR_UNAUTHORIZED: { status: 401, retryable: false, expose: true },
  ERR_SIGNATURE_MISSING: { status: 401, retryable: false, expose: false },
  ERR_SIGNATURE_MALFORMED: { status: 401, retryable: false, expose: false },
  ERR_SIGNATURE_MISMATCH: { status: 401, retryable: false, expose: false },
  ERR_TENANT_UNKNOWN: { status: 401, retryable: false, expose: false },
  // Content
  ERR_EVENT_SYNTAX: { status: 422, retryable: false, expose: true },
  ERR_EVENT_INVALID: { status: 422, retryable: false, expose: true },
  ERR_SNAPSHOT_SHARED_APP: { status: 422, retryable: false, expose: true },
  ERR_TENANT_AMBIGUOUS: { status: 422, retryable: false, expose: true },
  ERR_ACCOUNT_MISMATCH: { status: 422, retryable: false, expose: false },
  // The backend behind the receiver
  ERR_TENANT_LOOKUP: { status: 503, retryable: true, expose: true },
  ERR_OVERLOADED: { status: 503, retryable: true, expose: true },
  ERR_DEADLINE: { status: 503, retryable: true, expose: true },
  ERR_STORE: { status: 503, retryable: true, expose: true },
  ERR_STORE_BUSY: { status: 503, retryable: true, expose: false },
  ERR_STORE_FULL: { status: 503, retryable: true, expose: false },
  ERR_STORE_OPEN: { status: 503, retryable: false, expose: false },
  ERR_STORE_SETTINGS: { status: 503, retryable: false, expose: false },
  ERR_STORE_SCHEMA: { status: 503, retryable: false, expose: false },
  ERR_SOURCE: { status: 503, retryable: true, expose: false },
  ERR_HANDLER: { status: 503, retryable: true, expose: true },
  ERR_MAPPING: { status: 503, retryable: false, expose: false },
  ERR_CLAIM_LOST: { status: 503, retryable: true, expose: false },
  // The Jobber API
  ERR_API_UNAUTHORIZED: { status: 503, retryable: true, expose: false },
  ERR_API_NEEDS_REAUTH: { status: 503, retryable: true, expose: false },
  ERR_API_DISCONNECTED: { status: 503, retryable: true, expose: false },
  ERR_API_INACTIVE: { status: 503, retryable: true, expose: false },
  ERR_API_PERMISSION: { status: 503, retryable: true, expose: false },
  ERR_API_THROTTLED: { status: 503, retryable: true, expose: false },
  ERR_API_RATE_LIMITED: { status: 503, retryable: true, expose: false },
  ERR_API_QUERY: { status: 503, retryable: false, expose: false },
  ERR_API_VERSION: { status: 503, retryable: true, expose: false },
  ERR_API_RESPONSE: { status: 503, retryable: true, expose: false },
  ERR_API_NETWORK: { status: 503, retryable: true, expose: false },
  ERR_API_TIMEOUT: { status: 503, retryable: true, expose: false },
  // Push
  ERR_PUSH_KEY_REUSED: { status: 409, retryable: false, expose: true },
  // Connections
  ERR_TOKEN_DECRYPT: { status: 503, retryable: false, expose: false },
  ERR_TOKEN_REFRESH: { status: 503, retryable: true, expose: false },
  ERR_LEASE_TIMEOUT: { status: 503, retryable: true, expose: false },
  ERR_ACCOUNT_IN_USE: { status: 409, retryable: false, expose: true },
  ERR_CONNECT_FORBIDDEN: { status: 403, retryable: false, expose: true },
  ERR_OAUTH_STATE: { status: 400, retryable: false, expose: true },
  ERR_OAUTH_DENIED: { status: 400, retryable: false, expose: true },
  ERR_OAUTH_EXCHANGE: { status: 502, retryable: true, expose: true },
} as const satisfies Record<`ERR_${string}`, ErrorTraits>;

/** The consequences of an error code for the HTTP response and for retries. */
export interface ErrorTraits {
  /** HTTP status of the receiver's response. */
  readonly status: number;
  /** Whether the same call may succeed later without a change by the operator. */
  readonly retryable: boolean;
  /** Whether the message may be shown to the sender of a request. */
  readonly expose: boolean;
}

/** The closed set of error codes. */
export type ErrorCode = keyof typeof ERROR_TABLE;

/** HTTP status, retryability and visibility of every {@link ErrorCode}. */
export const ERROR_CODES: Readonly<Record<ErrorCode, ErrorTraits>> = ERROR_TABLE;

/** Details beside code and message. Never a secret, a signature, a token or customers' data. */
export interface JobberSyncErrorOptions {
  readonly cause?: unknown;
  /** Milliseconds to wait before a retry, if the failing service specified it. */
  readonly retryAfterMs?: number | undefined;
  /** Overrides the table where the circumstances are known better. */
  readonly retryable?: boolean | undefined;
  /** Hides a message of an exposed code that says more than the sender should read. */
  readonly expose?: false | undefined;
  readonly details?: ErrorDetails | undefined;
}

/** Facts about an error for programs: names only, never customer data. */
export interface ErrorDetails {
  /** For `ERR_API_PERMISSION`: the hidden types and fields, such as `Job` or `Client.email`. */
  readonly hidden?: readonly string[] | undefined;
}

/**
 * The error class of all `@jobber-sync` packages. Recognize it with {@link isJobberSyncError} or by
 * `code`, not by `instanceof`: two copies of this package may be loaded side by side.
 */
export class JobberSyncError extends Error {
  override readonly name = "JobberSyncError";
  readonly code: ErrorCode;
  /** HTTP status of the code. */
  readonly status: number;
  /** Whether the same call may succeed later without a change by the operator. */
  readonly retryable: boolean;
  /** Whether `message` may be shown to the sender of a request. */
  readonly expose: boolean;
  /** Milliseconds to wait before a retry; `undefined` if the failing service did not specify it. */
  readonly retryAfterMs: number | undefined;
  readonly details: ErrorDetails | undefined;

  constructor(code: ErrorCode, message: string, options: JobberSyncErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const traits = ERROR_CODES[code];
    this.code = code;
    this.status = traits.status;
    this.retryable = options.retryable ?? traits.retryable;
    this.expose = options.expose ?? traits.expose;
    this.retryAfterMs = options.retryAfterMs;
    this.details = options.details;
  }
}

/** Returns whether `error` is a {@link JobberSyncError}, even from another copy of the package. */
export function isJobberSyncError(error: unknown): error is JobberSyncError {
  return (
    error instanceof Error &&
    error.name === "JobberSyncError" &&
    "code" in error &&
    typeof error.code === "string" &&
    Object.hasOwn(ERROR_CODES, error.code)
  );
}
