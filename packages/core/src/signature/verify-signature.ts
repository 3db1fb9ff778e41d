import { timingSafeEqual } from "node:crypto";
import { JobberSyncError } from "../errors.ts";
import { prepareSecrets, type SecretOptions, type Secrets } from "./prepare-secrets.ts";
import { entriesOf } from "./prepared-secrets.ts";

/** Name of the header that carries the signature, in lower case like Node's header keys. */
export const SIGNATURE_HEADER = "x-jobber-hmac-sha256";

// 32 bytes in padded standard base64. The last character before the padding carries four bits, so
// only every fourth character is canonical there.
const CANONICAL = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const TEXT_LENGTH = 44;
// Safe to share: there is no `await` between write and compare. Allocating per call costs a tenth.
const claimed = Buffer.alloc(TEXT_LENGTH);
const expected = Buffer.alloc(TEXT_LENGTH);

/** A signature header as HTTP libraries represent it. */
export type SignatureHeader = string | readonly string[] | null | undefined;

/** The result of a successful verification. */
export interface VerifiedSignature {
  /** The secret that matched: its name, or its index if it has none. */
  readonly secret: string | number;
}

/**
 * Returns the header's text if it has the form of a signature. Computes no HMAC, so a request can
 * be rejected before its body is read.
 *
 * @throws {JobberSyncError} `ERR_SIGNATURE_MISSING`, `ERR_SIGNATURE_MALFORMED`
 */
export function readSignatureHeader(header: SignatureHeader): string {
  const value =
    typeof header === "object" && header !== null && header.length === 1 ? header[0] : header;
  if (value === undefined || value === null || value === "") {
    throw new JobberSyncError(
      "ERR_SIGNATURE_MISSING",
      "The header X-Jobber-Hmac-SHA256 is missing.",
    );
  }
  // Trimming a 10 kB header would cost more than rejecting it.
  const text = typeof value === "string" && value.length < 2 * TEXT_LENGTH ? trimBlanks(value) : "";
  if (!CANONICAL.test(text)) {
    throw new JobberSyncError(
      "ERR_SIGNATURE_MALFORMED",
      "The header X-Jobber-Hmac-SHA256 is not one value of 44 characters in padded standard base64.",
    );
  }
  return text;
}

/**
 * Verifies that `body` was signed with one of `secrets`: HMAC-SHA256 over the received bytes,
 * compared in constant time. Every secret is tried, even after a match. See
 * docs/jobber-facts.md#signature.
 *
 * Does not protect against replays: Jobber's signature covers neither a time nor an id.
 *
 * @param body the request body exactly as received, never a re-serialized object or decoded text
 * @param header the value of `X-Jobber-Hmac-SHA256`; an array counts only if it has one element
 * @param secrets the app's OAuth client secrets. Prepared ones ({@link prepareSecrets}) are faster.
 * @throws {JobberSyncError} `ERR_SIGNATURE_MISSING`, `ERR_SIGNATURE_MALFORMED`,
 * `ERR_SIGNATURE_MISMATCH`
 * @throws {TypeError} if the body is not bytes, or a secret is unusable, see {@link prepareSecrets}
 *
 * @example
 * ```ts
 * import { signPayload, verifySignature } from "@jobber-sync/core";
 *
 * const body = new TextEncoder().encode("{}");
 * const secret = "the OAuth client secret of the app";
 * verifySignature(body, signPayload(body, secret), secret); // { secret: 0 }
 * ```
 */
export function verifySignature(
  body: Uint8Array,
  header: SignatureHeader,
  secrets: Secrets,
  options?: SecretOptions,
): VerifiedSignature {
  if (!(body instanceof Uint8Array)) {
    throw new TypeError(
      "verifySignature needs the received bytes: a parsed or decoded body cannot be verified.",
    );
  }
  const prepared = prepareSecrets(secrets, options);
  claimed.write(readSignatureHeader(header), "latin1");
  let matched: string | number | undefined;
  for (const { id, hmac } of entriesOf(prepared)) {
    expected.write(hmac(body), "latin1");
    if (timingSafeEqual(expected, claimed)) matched ??= id;
  }
  if (matched === undefined) {
    throw new JobberSyncError(
      "ERR_SIGNATURE_MISMATCH",
      "The signature does not match the body. Usually the secret belongs to another app, or the body was changed before it was verified.",
    );
  }
  return { secret: matched };
}

function trimBlanks(text: string): string {
  return text.length === TEXT_LENGTH ? text : text.replace(/^[ \t]+|[ \t]+$/g, "");
}
