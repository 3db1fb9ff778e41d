import { signPayload } from "@jobber-sync/core/signature";

// `Uint8Array<ArrayBuffer>`, which `fetch` needs, spelled so that TypeScript before 5.7 can read it too.
type Bytes = ReturnType<Uint8ArrayConstructor["of"]>;

/** A request as Jobber sends it: give both to `fetch`, to a framework's `inject`, or to `receiver.receive`. */
export interface SignedRequest {
  /** The bytes that the signature is over. */
  readonly body: Bytes;
  readonly headers: {
    readonly "content-type": "application/json";
    /** Bytes, as decimal text. */
    readonly "content-length": string;
    /** 44 characters of padded base64. */
    readonly "x-jobber-hmac-sha256": string;
  };
}

/**
 * Signs a payload as Jobber does: HMAC-SHA256 over the bytes sent, keyed with the app's OAuth client secret.
 *
 * @param payload an object becomes compact JSON; text (as UTF-8) and bytes are sent as they are, so that a body that is no JSON can be
 * signed too
 * @throws {TypeError} when the secret is empty, blank or shorter than 16 bytes
 *
 * @example
 * ```ts
 * import { signedRequest, snapshotPayload } from "@jobber-sync/testing";
 *
 * const request = signedRequest(snapshotPayload("job.created"), "a-client-secret-of-32-characters");
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
  // A copy: what the caller does to its bytes afterwards must not part them from their signature.
  if (payload instanceof Uint8Array) return new Uint8Array(payload);
  return new TextEncoder().encode(typeof payload === "string" ? payload : JSON.stringify(payload));
}
