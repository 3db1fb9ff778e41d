import { createHmac } from "node:crypto";
import { bodyVariants } from "./body-variants.ts";
import { prepareSecrets, type Secrets } from "./prepare-secrets.ts";
import { entriesOf } from "./prepared-secrets.ts";
import { type HeaderReading, readHeaderLeniently } from "./read-header-leniently.ts";
import { secretVariants } from "./secret-variants.ts";
import type { SignatureHeader } from "./verify-signature.ts";

/** The likely reason why a signature does not verify. `unknown`: no common mistake explains it. */
export type SignatureCause =
  | "valid"
  | "header_missing"
  | "header_doubled"
  | "header_form"
  | "header_hex"
  | "secret_other"
  | "secret_blanks"
  | "secret_quotes"
  | "secret_decoded"
  | "body_reserialized"
  | "body_line_ending"
  | "body_byte_order_mark"
  | "body_text_encoding"
  | "body_empty"
  | "unknown";

/**
 * The result of {@link diagnoseSignature}. Contains no secret, no digest and nothing of the body.
 */
export interface SignatureDiagnosis {
  readonly cause: SignatureCause;
  /** The secret that matched: its name, or its index if it has none. `null` if none matched. */
  readonly secret: string | number | null;
  /** An explanation and a fix for the developer. */
  readonly message: string;
}

/** The request to diagnose. */
export interface SignatureCase {
  /** The body as your code received it. */
  readonly body: Uint8Array;
  /** The value of `X-Jobber-Hmac-SHA256`. */
  readonly header: SignatureHeader;
  /** The secrets that should have matched. */
  readonly secrets: Secrets;
  /**
   * Secrets of other tenants or of the shared app. Name them: the diagnosis names the one that
   * matched.
   */
  readonly otherSecrets?: Secrets | undefined;
}

/**
 * Diagnoses why a signature does not verify, by trying the common mistakes: a secret with a line
 * ending or in quotes, another tenant's secret, a header in another format, a body that was parsed
 * and serialized again, decoded, or given a line ending.
 *
 * For a terminal, a test, or the receiver's `development` option. It parses unverified bytes and
 * tries hundreds of keys, so keep it out of the request path, and never accept a request because of
 * it.
 *
 * @throws {TypeError} if a secret is blank or shorter than 16 bytes
 *
 * @example
 * ```ts
 * import { diagnoseSignature, signPayload } from "@jobber-sync/core";
 *
 * const secret = "the OAuth client secret of the app";
 * const body = new TextEncoder().encode('{"a": 1}');
 * const header = signPayload('{"a":1}', secret);
 * diagnoseSignature({ body, header, secrets: secret }).cause; // "body_reserialized"
 * ```
 */
export function diagnoseSignature({
  body,
  header,
  secrets,
  otherSecrets,
}: SignatureCase): SignatureDiagnosis {
  const reading = readHeaderLeniently(header);
  if (reading.digests.length === 0)
    return { cause: reading.cause, secret: null, message: MESSAGES[reading.cause] };
  const own = keysOf(secrets);
  const others = otherSecrets === undefined ? [] : keysOf(otherSecrets);
  const found = (cause: SignatureCause, { id }: NamedKey): SignatureDiagnosis => ({
    cause,
    secret: id,
    message:
      cause === "secret_other"
        ? `${MESSAGES.secret_other} It is ${String(id)}'s.`
        : MESSAGES[cause],
  });

  for (const secret of own)
    if (signs(secret.key, body, reading)) return found(reading.cause, secret);
  for (const secret of others)
    if (signs(secret.key, body, reading)) return found("secret_other", secret);
  for (const secret of own) {
    for (const { cause, key } of secretVariants(secret.key)) {
      if (signs(key, body, reading)) return found(cause, secret);
    }
  }
  for (const { cause, bytes } of bodyVariants(body)) {
    for (const secret of [...own, ...others])
      if (signs(secret.key, bytes, reading)) return found(cause, secret);
  }
  const cause = reading.cause === "valid" ? "unknown" : reading.cause;
  return { cause, secret: null, message: MESSAGES[cause] };
}

interface NamedKey {
  readonly id: string | number;
  readonly key: Uint8Array;
}

function keysOf(secrets: Secrets): NamedKey[] {
  return entriesOf(prepareSecrets(secrets, { allowUntrimmed: true })).map(({ id, key }) => ({
    id,
    key: key.export(),
  }));
}

function signs(key: Uint8Array, body: Uint8Array, { digests }: HeaderReading): boolean {
  const digest = createHmac("sha256", key).update(body).digest();
  return digests.some((claimed) => digest.equals(claimed));
}

const MESSAGES: Readonly<Record<SignatureCause, string>> = {
  valid: "The signature is valid.",
  header_missing:
    "The header X-Jobber-Hmac-SHA256 is missing or empty. Either the request is not from Jobber, or a proxy removes the header.",
  header_doubled:
    "The header X-Jobber-Hmac-SHA256 was sent more than once; exactly one is accepted. The sender or a proxy adds it a second time.",
  header_form:
    "The header X-Jobber-Hmac-SHA256 is not 44 characters of padded standard base64. Send the digest as Jobber does: without prefix or quotes, not URL-safe, with padding.",
  header_hex:
    "The header X-Jobber-Hmac-SHA256 contains the digest in hex. Jobber sends base64, and senders of your own must do the same.",
  secret_other:
    "The request was signed with another secret that you have configured. Check the URL it was sent to.",
  secret_blanks:
    "The secret differs from the sender's by white space or a line ending around it. Check how it gets into the environment.",
  secret_quotes:
    "The secret has quotes around it and the sender's has none, or the other way round. Check the .env file.",
  secret_decoded:
    "The sender used the secret in another encoding. Jobber's key is the text of the OAuth client secret as displayed, not decoded from hex or base64.",
  body_reserialized:
    "The body was parsed and serialized again after it was signed. Pass the received bytes: mount the webhook route before any body parser.",
  body_line_ending:
    "The body gained, lost or changed line endings after it was signed. If you saved it to a file, save it without a newline at the end.",
  body_byte_order_mark: "The body gained or lost a byte order mark after it was signed.",
  body_text_encoding:
    "The body was decoded and encoded with the wrong character set after it was signed. Keep it as bytes.",
  body_empty:
    "The signature matches an empty body: the sender signed before it had the body, or the body was dropped on the way.",
  unknown:
    "No common mistake explains the signature. Most likely the secret belongs to another Jobber app or was rotated: compare it with the app's OAuth client secret in Jobber's Developer Center.",
};

/** Returns the explanation of a cause that is known without any HMAC. */
export function messageOf(cause: SignatureCause): string {
  return MESSAGES[cause];
}
