import { isJobberSyncError } from "../errors.ts";
import { checkTopics } from "../events/topic-selection.ts";
import { type BodyReader, ByteBudget, bodyTooLarge } from "../http/body-reader.ts";
import { headerOf } from "../http/headers.ts";
import { createDispatcher } from "../observability/dispatcher.ts";
import type { LifecycleEvents } from "../observability/lifecycle-events.ts";
import { safeLogger } from "../observability/logger.ts";
import type { AnyExtras, RecordExtras } from "../records/extra.ts";
import { prepareSecrets } from "../signature/prepare-secrets.ts";
import {
  readSignatureHeader,
  SIGNATURE_HEADER,
  type SignatureHeader,
} from "../signature/verify-signature.ts";
import { createTenantDirectory } from "../tenants/create-tenant-directory.ts";
import { createAccept } from "./accept.ts";
import { ignore } from "./acceptance.ts";
import { createHeadCheck } from "./check-head.ts";
import type { Deadline } from "./deadline.ts";
import { createDeadlines } from "./deadlines.ts";
import { createDispose } from "./dispose.ts";
import { InFlight } from "./in-flight.ts";
import { checkLimits, type ReceiverOptions } from "./options.ts";
import type { Receiver, ReceiverRequest, VerifiableDelivery } from "./receiver.ts";
import { createDevelopmentLog, createRejectionLog } from "./rejection-log.ts";
import { createRespond, LAST_RESORT } from "./respond.ts";
import { type ReceiverResponse, UNAUTHORIZED } from "./response.ts";
import { causeOf, createVerify } from "./verify.ts";

const NO_CHANGES =
  "A receiver calls no change handlers, inline mode included: pass changes to createWorker, which tries them again, and its feed.";

/**
 * Creates the receiver: it verifies webhook deliveries and commits them.
 *
 * A 2xx means that the delivery is committed: in the inbox, or in inline mode (without an inbox) in
 * the store, with your handlers done. Everything that cannot be committed within `deadlineMs` gets
 * a 503, so that the sender retries.
 *
 * The body is not parsed, stored or logged until its signature has been verified. No option turns
 * this off.
 *
 * @throws {TypeError} if an option cannot work: missing or weak secrets, ambiguous
 * tenants, invalid numbers
 *
 * @example
 * ```ts
 * import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
 *
 * const secret = "the OAuth client secret of the app";
 * const tenants = [{ slug: "acme", secrets: secret }];
 * const receiver = createReceiver({ tenants, store: createMemoryStore() });
 * const body = new TextEncoder().encode('{"event":"job.created","data":{"id":"123"}}');
 * const signature = signPayload(body, secret);
 * const response = await receiver.receive({ tenant: "acme", signature, body });
 * response.status; // 200
 * ```
 */
export function createReceiver<X extends RecordExtras = AnyExtras>(
  options: ReceiverOptions<X>,
): Receiver {
  const limits = checkLimits(options);
  if (options.changes !== undefined) throw new TypeError(NO_CHANGES);
  const { app, now = Date.now } = options;
  const logger = safeLogger(options.logger);
  const emit = createDispatcher<LifecycleEvents>({ hooks: options.hooks, logger });
  const directory = createTenantDirectory(options.tenants, app);
  const appSecrets = app === undefined ? null : prepareSecrets(app.secrets);
  const hasAppRoute = appSecrets !== null;
  const budget = new ByteBudget(limits.maxUnreadBytes);
  const deadlines = createDeadlines(limits.deadlineMs);
  const inFlight = new InFlight(limits.maxInFlight, budget);
  const logRejection =
    options.development === true
      ? createDevelopmentLog({ tenants: directory.listed, appSecrets, logger })
      : createRejectionLog(logger, now);
  const respond = createRespond({ emit, logger, now, ...limits });
  const checkHead = createHeadCheck({ hasAppRoute, maxBodyBytes: limits.maxBodyBytes });
  const verify = createVerify({ directory, appSecrets, budget, logRejection });
  const dispose = createDispose(directory, checkTopics(options.topics));
  const accept = createAccept(options, { emit, logger, now });

  async function handle({ method, tenant, headers, body }: ReceiverRequest) {
    const deadline = deadlines.start();
    try {
      const rejection = checkHead({ method, tenant, headers });
      if (rejection !== null) {
        discard(body);
        return respond.rejected(rejection.response, rejection.code, { tenant, deadline });
      }
      const signature = headerOf(headers, SIGNATURE_HEADER);
      const malformed = checkForm(signature, tenant);
      if (malformed !== null) {
        discard(body);
        const { code, cause } = malformed;
        return respond.rejected(UNAUTHORIZED, code, { tenant, deadline }, cause);
      }
      const bytes = await readBody(body, deadline);
      return await verifyAndAccept({ tenant, signature, body: bytes }, deadline);
    } catch (error) {
      discard(body);
      return respond.failed(error, { tenant, deadline });
    } finally {
      deadlines.end(deadline);
    }
  }

  async function receive(delivery: VerifiableDelivery): Promise<ReceiverResponse> {
    const deadline = deadlines.start();
    try {
      if (delivery.body.byteLength > limits.maxBodyBytes) throw bodyTooLarge(limits.maxBodyBytes);
      return await verifyAndAccept(delivery, deadline);
    } catch (error) {
      return respond.failed(error, { tenant: delivery.tenant, deadline });
    } finally {
      deadlines.end(deadline);
    }
  }

  async function verifyAndAccept(delivery: VerifiableDelivery, deadline: Deadline) {
    const { tenant, body } = delivery;
    const verified = verify(delivery, deadline);
    const verification = verified instanceof Promise ? await verified : verified;
    if (verification.kind === "rejected") {
      const { code, cause } = verification;
      return respond.rejected(UNAUTHORIZED, code, { tenant, deadline }, cause);
    }
    const receivedAt = now();
    const disposed = dispose({ body, receivedAt }, verification.tenant, deadline);
    const disposition = disposed instanceof Promise ? await disposed : disposed;
    if (disposition.kind === "ignore")
      return ignore(emit, disposition.delivery, disposition.reason, deadline);
    const { secret } = verification;
    const acceptance = { disposition, secret, body, receivedAt, deadline };
    return inFlight.run(() => accept(acceptance), body.byteLength, deadline);
  }

  /** Checks the header's form before the body is read. Returns `null` if it may be a signature. */
  function checkForm(signature: SignatureHeader, tenant: string | undefined) {
    try {
      readSignatureHeader(signature);
      return null;
    } catch (error) {
      if (!isJobberSyncError(error)) throw error;
      const { code } = error;
      const cause = causeOf(code, signature);
      logRejection({ cause, tenant, signature });
      return { code, cause };
    }
  }

  function readBody(body: BodyReader | Uint8Array, deadline: Deadline) {
    const { maxBodyBytes: maxBytes } = limits;
    if (!(body instanceof Uint8Array)) {
      const onTimeout = (listener: (() => void) | null) => deadline.onPass(listener);
      return body.read({ maxBytes, timeoutMs: deadline.remainingMs, onTimeout, budget });
    }
    if (body.byteLength > maxBytes) throw bodyTooLarge(maxBytes);
    return body;
  }

  return {
    hasAppRoute,
    handle: (request) => handle(request).catch(() => LAST_RESORT),
    receive: (delivery) => receive(delivery).catch(() => LAST_RESORT),
  };
}

function discard(body: BodyReader | Uint8Array): void {
  if (!(body instanceof Uint8Array)) body.discard();
}
