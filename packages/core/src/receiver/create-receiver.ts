import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import { parseEvent } from "../events/parse-event.ts";
import { type BodyReader, ByteBudget, bodyTooLarge } from "../http/body-reader.ts";
import { headerOf, type RequestHeaders } from "../http/headers.ts";
import { createDispatcher } from "../observability/dispatcher.ts";
import { safeLogger } from "../observability/logger.ts";
import { createOutageLog } from "../observability/outage-log.ts";
import { prepareSecrets } from "../signature/prepare-secrets.ts";
import { createUniformTimeVerifier, DECOY_SECRETS } from "../signature/uniform-time-verifier.ts";
import {
  readSignatureHeader,
  SIGNATURE_HEADER,
  type SignatureHeader,
} from "../signature/verify-signature.ts";
import { checkOwnership } from "../tenants/check-ownership.ts";
import {
  createTenantDirectory,
  type KnownTenant,
  type Lookup,
} from "../tenants/tenant-directory.ts";
import { createAccept, type Disposition, type VerifiedDelivery } from "./accept.ts";
import { createGuard } from "./check-head.ts";
import { Deadline } from "./deadline.ts";
import { describeDelivery, notAnEvent } from "./describe-delivery.ts";
import { createExplainer } from "./explain-rejections.ts";
import { checkLimits, checkTopics, type ReceiverOptions } from "./options.ts";
import { type ReceiverResponse, rejected, UNAUTHORIZED } from "./response.ts";

/** A request as an adapter hands it over. */
export interface ReceiverRequest {
  readonly method: string;
  /** The tenant as the URL names it; `undefined` on the app-level route. */
  readonly tenant?: string | undefined;
  /** Node's header object, a `Headers`, or any object with header names as keys. */
  readonly headers: RequestHeaders;
  /** From `nodeBody` or `webBody`; or the received bytes. */
  readonly body: BodyReader | Uint8Array;
}

/** A delivery whose bytes are in hand. */
export interface VerifiableDelivery {
  readonly tenant?: string | undefined;
  /** The value of `X-Jobber-Hmac-SHA256`. */
  readonly signature: SignatureHeader;
  readonly body: Uint8Array;
}

/** Decides on every response; adapters only carry it. */
export interface Receiver {
  /** Whether `POST /webhooks/jobber` exists. */
  readonly hasAppRoute: boolean;
  /** Responses a request: guard, tenant, signature, content, store. Never rejects. */
  handle(request: ReceiverRequest): Promise<ReceiverResponse>;
  /** The same from the signature on, for people with bytes in hand. Never rejects. */
  receive(delivery: VerifiableDelivery): Promise<ReceiverResponse>;
}

/**
 * Makes the function that stands between HTTP and your records.
 *
 * A 2xx means that the delivery is committed: in the inbox, or without one (inline mode) in the store, with your handlers done. What cannot be
 * committed within `deadlineMs` is answered 503 so that the sender tries again.
 *
 * Nothing is parsed, stored or logged before the signature is right, and no option switches that off.
 *
 * @throws {TypeError} for options that cannot work: missing or weak secrets, two tenants that could not be told apart, numbers that are none
 *
 * @example
 * ```ts
 * import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
 *
 * const secret = "the OAuth client secret of the app";
 * const receiver = createReceiver({ tenants: [{ slug: "acme", secrets: secret }], store: createMemoryStore() });
 * const body = new TextEncoder().encode('{"event":"job.created","data":{"id":"123","title":"Lawn Service"}}');
 * const response = await receiver.receive({ tenant: "acme", signature: signPayload(body, secret), body });
 * response.status; // 200
 * ```
 */
export function createReceiver(options: ReceiverOptions): Receiver {
  const limits = checkLimits(options);
  const wanted = checkTopics(options.topics);
  const { app, now = Date.now } = options;
  const logger = safeLogger(options.logger);
  const directory = createTenantDirectory(options.tenants, app);
  const appSecrets = app === undefined ? null : prepareSecrets(app.secrets);
  const guard = createGuard({
    hasAppRoute: appSecrets !== null,
    maxBodyBytes: limits.maxBodyBytes,
  });
  const verify = createUniformTimeVerifier(directory.mostSecrets);
  const explain =
    options.development === true
      ? createExplainer({ tenants: directory.listed, appSecrets, logger })
      : null;
  const emit = createDispatcher({ hooks: options.hooks, logger });
  const accept = createAccept(options, { emit, logger });
  const logOutage = createOutageLog(logger, now, "deliveries are answered 503, not accepted");
  const unread = new ByteBudget(limits.maxUnreadBytes);
  const retryLater = { "retry-after": String(limits.retryAfterSeconds) };
  let inFlight = 0;

  async function handle(request: ReceiverRequest): Promise<ReceiverResponse> {
    const started = performance.now();
    const { tenant, body } = request;
    try {
      const early = guard(request);
      if (early !== null) {
        if (!(body instanceof Uint8Array)) body.discard();
        return report(early.response, early.code, tenant, started);
      }
      const signature = headerOf(request.headers, SIGNATURE_HEADER);
      checkForm(signature, tenant);
      const bytes = body instanceof Uint8Array ? checkSize(body) : await readBody(body, started);
      return await receiveUntil(started, { tenant, signature, body: bytes });
    } catch (error) {
      if (!(body instanceof Uint8Array)) body.discard();
      return errorResponse(error, tenant, started);
    }
  }

  function checkForm(signature: SignatureHeader, tenant: string | undefined): void {
    try {
      readSignatureHeader(signature);
    } catch (error) {
      explain?.({ tenant, signature, body: undefined, secrets: null });
      throw error;
    }
  }

  function checkSize(bytes: Uint8Array): Uint8Array {
    if (bytes.byteLength > limits.maxBodyBytes) throw bodyTooLarge(limits.maxBodyBytes);
    return bytes;
  }

  function readBody(body: BodyReader, started: number): Promise<Uint8Array> {
    return body.read({
      maxBytes: limits.maxBodyBytes,
      timeoutMs: remaining(started),
      budget: unread,
    });
  }

  async function receive(delivery: VerifiableDelivery): Promise<ReceiverResponse> {
    const started = performance.now();
    try {
      checkSize(delivery.body);
      return await receiveUntil(started, delivery);
    } catch (error) {
      return errorResponse(error, delivery.tenant, started);
    }
  }

  /** Everything from the tenant on, against the clock that started with the headers. */
  function receiveUntil(started: number, delivery: VerifiableDelivery): Promise<ReceiverResponse> {
    const deadline = new Deadline(remaining(started));
    return deadline.hold(verifyAndAccept(delivery, started, deadline));
  }

  async function verifyAndAccept(
    { tenant: slug, signature, body }: VerifiableDelivery,
    started: number,
    deadline: Deadline,
  ): Promise<ReceiverResponse> {
    const lookup = slug === undefined ? null : lookUp(() => directory.bySlug(slug));
    const tenant = lookup instanceof Promise ? await holding(body, lookup) : lookup;
    const unknown = slug !== undefined && tenant === null;
    const secrets = (slug === undefined ? appSecrets : tenant?.secrets) ?? null;
    try {
      verify(body, signature, secrets ?? DECOY_SECRETS);
    } catch (error) {
      explain?.({ tenant: slug, signature, body, secrets });
      if (!isJobberSyncError(error)) throw error;
      // Known or not, the same way out: an error more, or one thrown further, would be a 401 that takes longer.
      return report(UNAUTHORIZED, unknown ? "ERR_TENANT_UNKNOWN" : error.code, slug, started);
    }
    if (unknown) return report(UNAUTHORIZED, "ERR_TENANT_UNKNOWN", slug, started);
    const event = readEvent(body);
    const byAccount =
      slug === undefined && !isJobberSyncError(event) && event.kind === "notification";
    const owner = byAccount ? await lookUp(() => directory.byAccount(event.accountId)) : tenant;
    const disposition = isJobberSyncError(event)
      ? quarantined(event, notAnEvent(body, tenant?.slug ?? ""))
      : dispositionOf(event, owner, slug === undefined);
    deadline.check();
    // What is not stored needs no place.
    if (disposition.kind !== "ignore" && inFlight >= limits.maxInFlight) {
      throw new JobberSyncError(
        "ERR_OVERLOADED",
        "Too many deliveries are being stored at the moment. Send it again.",
      );
    }
    inFlight += 1;
    try {
      return await accept({ disposition, body, receivedAt: now(), started, deadline });
    } finally {
      inFlight -= 1;
    }
  }

  /** Counts an unverified body into the budget for as long as it is waited with: a lookup may take its time, or hang. */
  async function holding<T>(body: Uint8Array, waiting: Promise<T>): Promise<T> {
    // Nobody waits for the lookup any more when the budget is spent.
    waiting.catch(() => {});
    unread.take(body.byteLength);
    try {
      return await waiting;
    } finally {
      unread.release(body.byteLength);
    }
  }

  /** Responses at once where the directory does. */
  function lookUp(find: () => Lookup): Lookup {
    try {
      const found = find();
      return found instanceof Promise
        ? found.catch((error) => Promise.reject(lookUpFailed(error)))
        : found;
    } catch (error) {
      throw lookUpFailed(error);
    }
  }

  function lookUpFailed(error: unknown): JobberSyncError {
    if (isJobberSyncError(error)) return error;
    const message = "The tenant could not be looked up. Send the delivery again.";
    return new JobberSyncError("ERR_TENANT_LOOKUP", message, { cause: error });
  }

  /** What the content means for this tenant. Decides; does nothing. */
  function dispositionOf(
    event: JobberEvent,
    tenant: KnownTenant | null,
    viaApp: boolean,
  ): Disposition {
    const delivery = describeDelivery(event, tenant?.slug ?? "");
    const error = checkOwnership(event, tenant, viaApp);
    if (error !== null) return quarantined(error, delivery);
    const unwanted = event.kind === "notification" && !wanted(event.topic);
    return unwanted ? { kind: "ignore", reason: "topic", delivery } : { kind: "accept", delivery };
  }

  /** Whole milliseconds: Node keeps timers of one length in one list, and most requests have all of their time left. */
  function remaining(started: number): number {
    return Math.max(1, Math.ceil(limits.deadlineMs - (performance.now() - started)));
  }

  function errorResponse(
    error: unknown,
    slug: string | undefined,
    started: number,
  ): ReceiverResponse {
    const coded = isJobberSyncError(error)
      ? error
      : new JobberSyncError("ERR_STORE", "The delivery could not be stored. Send it again.", {
          cause: error,
        });
    if (coded.code === "ERR_BODY_NOT_RAW") logger.error({ code: coded.code }, coded.message);
    if (coded.status === 503) logOutage(coded);
    return report(responseOf(coded), coded.code, slug, started);
  }

  function responseOf(error: JobberSyncError): ReceiverResponse {
    if (error.status === 401) return UNAUTHORIZED;
    const shown = error.expose
      ? error
      : new JobberSyncError("ERR_STORE", "The delivery could not be stored. Send it again.");
    const headers =
      error.status === 503 ? retryLater : error.status === 408 ? { connection: "close" } : {};
    return rejected(shown.code, error.status, shown.message, headers);
  }

  function report(
    response: ReceiverResponse,
    code: JobberSyncError["code"],
    slug: string | undefined,
    started: number,
  ): ReceiverResponse {
    emit("rejected", {
      code,
      status: response.status,
      tenant: slug ?? null,
      durationMs: performance.now() - started,
    });
    return response;
  }

  return { hasAppRoute: appSecrets !== null, handle, receive };
}

/** The event, or why there is none. */
function readEvent(body: Uint8Array): JobberEvent | JobberSyncError {
  try {
    return parseEvent(body);
  } catch (error) {
    if (isJobberSyncError(error)) return error;
    throw error;
  }
}

function quarantined(error: JobberSyncError, delivery: VerifiedDelivery): Disposition {
  return { kind: "quarantine", error, delivery };
}
