import { createHmac, timingSafeEqual } from "node:crypto";
import { JobberSyncError } from "../errors.ts";
import { PreparedSecrets, prepareSecrets, type Secrets } from "./prepare-secrets.ts";

/** Name of the header that carries the signature, in lower case as Node shows it. */
export const SIGNATURE_HEADER = "x-jobber-hmac-sha256";

// 32 bytes in padded standard base64. The last character before the padding carries four bits: only every fourth is canonical.
const CANONICAL = /^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/;
const TEXT_LENGTH = 44;
// Written and compared without giving way to other code, so one pair serves every call; allocating it each time is a tenth of the whole.
const claimed = Buffer.alloc(TEXT_LENGTH);
const expected = Buffer.alloc(TEXT_LENGTH);

/** The header as HTTP libraries hand it over. */
export type SignatureHeader = string | readonly string[] | null | undefined;

/** Which secret matched. */
export interface VerifiedSignature {
  /** The secret's name, or its index when it has none. */
  readonly secret: string | number;
}

/**
 * The header's text if it could be a signature at all. Costs no HMAC: for rejecting early.
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
  // A 10 kB header is not worth trimming.
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
 * Checks that `body` was signed with one of `secrets`: HMAC-SHA256 over the received bytes (F1.4), compared in constant time. Every secret is
 * tried, also after a match.
 *
 * Says nothing about when the body was sent or whether it was sent before: Jobber signs no time and no id.
 *
 * @param body the request body exactly as received; never a re-serialised object, never decoded text
 * @param header the value of `X-Jobber-Hmac-SHA256`; of an array only a single element counts
 * @param secrets the app's OAuth client secret(s). Prepared ones ({@link prepareSecrets}) are faster.
 * @throws {JobberSyncError} `ERR_SIGNATURE_MISSING`, `ERR_SIGNATURE_MALFORMED`, `ERR_SIGNATURE_MISMATCH`
 * @throws {TypeError} when the body is not bytes, or a secret is empty, blank or shorter than 16 bytes
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
): VerifiedSignature {
  if (!(body instanceof Uint8Array)) {
    throw new TypeError(
      "verifySignature needs the received bytes: a parsed or decoded body cannot be verified.",
    );
  }
  const prepared = prepareSecrets(secrets);
  claimed.write(readSignatureHeader(header), "latin1");
  let matched: string | number | undefined;
  for (const { id, key } of PreparedSecrets.entriesOf(prepared)) {
    expected.write(createHmac("sha256", key).update(body).digest("base64"), "latin1");
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
