import type { BodyReader } from "../http/body-reader.ts";
import type { RequestHeaders } from "../http/headers.ts";
import type { SignatureHeader } from "../signature/verify-signature.ts";
import type { ReceiverResponse } from "./response.ts";

/** An HTTP request as an adapter passes it to the receiver. */
export interface ReceiverRequest {
  readonly method: string;
  /** The tenant's slug from the URL; `undefined` on the app-level route. */
  readonly tenant?: string | undefined;
  /** Node's header object, a `Headers`, or any object with header names as keys. */
  readonly headers: RequestHeaders;
  /** From `nodeBody` or `webBody`, or the received bytes. */
  readonly body: BodyReader | Uint8Array;
}

/** A delivery whose body has already been read. */
export interface VerifiableDelivery {
  /** The tenant's slug; `undefined` for a delivery of the shared app. */
  readonly tenant?: string | undefined;
  /** The value of `X-Jobber-Hmac-SHA256`. */
  readonly signature: SignatureHeader;
  /** The body exactly as received. */
  readonly body: Uint8Array;
}

/** Verifies and accepts webhook deliveries. Adapters translate between HTTP and this interface. */
export interface Receiver {
  /** Whether the receiver has an `app`, so that the route `POST /webhooks/jobber` exists. */
  readonly hasAppRoute: boolean;
  /**
   * Processes one HTTP request and returns the response to send. Checks run in a fixed order:
   * method and headers, tenant, signature, content, store. Never rejects: failures become
   * responses.
   */
  handle(request: ReceiverRequest): Promise<ReceiverResponse>;
  /**
   * Like {@link handle}, starting at signature verification, for callers that have already read the
   * body.
   */
  receive(delivery: VerifiableDelivery): Promise<ReceiverResponse>;
}
