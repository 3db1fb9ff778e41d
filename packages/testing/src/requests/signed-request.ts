import { signPayload } from "@jobber-sync/core/signature";

// `Uint8Array<ArrayBuffer>`, which `fetch` needs, spelled so that TypeScript before 5.7 can read it
// too.
type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/**
 * The body and headers of a signed request, for `fetch`, a framework's `inject`, or
 * `receiver.handle`.
 */
export interface SignedRequest {
  /** The signed bytes. */
  readonly body: Bytes;
  readonly headers: {
    readonly "content-type": "application/json";
    /** Length of the body in bytes, as decimal text. */
    readonly "content-length": string;
    /** 44 characters of padded base64. */
    readonly "x-jobber-hmac-sha256": string;
  };
}

/**
 * Creates a request signed as Jobber signs it: HMAC-SHA256 over the body, with the app's OAuth
 * client secret as the key.
 *
 * @param payload an object is sent as compact JSON. Text (as UTF-8) and bytes are sent unchanged,
 * so that a body other than JSON can be signed too
 * @throws {TypeError} if the secret is empty, blank or shorter than 16 bytes
 *
 * @example
 * ```ts
 * import { signedRequest, snapshotPayload } from "@jobber-sync/testing";
 *
 * const payload = snapshotPayload("job.created");
 * const request = signedRequest(payload, "a-client-secret-of-32-characters");
 * await fetch("http://127.0.0.1:3000/webhooks/jobber/acme", { method: "POST", ...request });
 * ```
 */
export function signedRequest(
  payload: object | string | Uint8Array,
  secret: string,
): SignedRequest {
  const body = bytesOf(payload);
  return {
    body,
    headers: {
      "content-type": "application/json",
      "content-length": String(body.byteLength),
      "x-jobber-hmac-sha256": signPayload(body, secret),
    },
  };
}

function bytesOf(payload: object | string | Uint8Array): Bytes {
  // A copy, so that later changes to the caller's bytes do not invalidate the signature.
  if (payload instanceof Uint8Array) return new Uint8Array(payload);
  return new TextEncoder().encode(typeof payload === "string" ? payload : JSON.stringify(payload));
}
