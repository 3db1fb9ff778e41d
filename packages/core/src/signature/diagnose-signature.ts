import { createHmac } from "node:crypto";
import { bodyVariants } from "./body-variants.ts";
import { PreparedSecrets, prepareSecrets, type Secrets } from "./prepare-secrets.ts";
import { type HeaderReading, readHeaderLeniently } from "./read-header-leniently.ts";
import { secretVariants } from "./secret-variants.ts";
import type { SignatureHeader } from "./verify-signature.ts";

/** What is wrong with a signature, as far as it can be found out. `valid`: nothing. `unknown`: no usual mistake explains it. */
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

/** The outcome of {@link diagnoseSignature}. Holds no secret, no digest and nothing of the body. */
export interface SignatureDiagnosis {
  readonly cause: SignatureCause;
  /** The secret that matched: its name, or its index when it has none. `null` when none did. */
  readonly secret: string | number | null;
  /** What happened and what to do, in words for the developer. */
  readonly message: string;
}

/** A request to look into. */
export interface SignatureCase {
  /** The body as your code has it. */
  readonly body: Uint8Array;
  /** The value of `X-Jobber-Hmac-SHA256`. */
  readonly header: SignatureHeader;
  /** The secrets that should have matched. */
  readonly secrets: Secrets;
  /** Others that you have configured, of other tenants or of the shared app: name them, to be told whose it was. */
  readonly otherSecrets?: Secrets | undefined;
}

/**
 * Finds out why a signature does not verify, by trying the usual mistakes: a secret with a line ending or in quotes, another tenant's
 * secret, a header in another form, a body that was parsed and written again, decoded, or got a line ending.
 *
 * For a developer's terminal, a test, or the receiver's `development` option. It parses bytes that nobody vouched for and tries hundreds of
 * keys, so it has no place in the path of a request; and a near miss is no reason to accept anything.
 *
 * @throws {TypeError} when a secret is empty, blank or shorter than 16 bytes
 *
 * @example
 * ```ts
 * import { diagnoseSignature, signPayload } from "@jobber-sync/core";
 *
 * const secret = "the OAuth client secret of the app";
 * const body = new TextEncoder().encode('{"a": 1}');
 * diagnoseSignature({ body, header: signPayload('{"a":1}', secret), secrets: secret }).cause; // "body_reserialized"
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
  return PreparedSecrets.entriesOf(prepareSecrets(secrets)).map(({ id, key }) => ({
    id,
    key: key.export(),
  }));
}

function signs(key: Uint8Array, body: Uint8Array, { digests }: HeaderReading): boolean {
  const digest = createHmac("sha256", key).update(body).digest();
  return digests.some((claimed) => digest.equals(claimed));
}

const MESSAGES: Readonly<Record<SignatureCause, string>> = {
  valid: "The signature is right.",
  header_missing:
    "The header X-Jobber-Hmac-SHA256 is missing or empty. Either the request is not Jobber's, or a proxy drops the header.",
  header_doubled:
    "The header X-Jobber-Hmac-SHA256 came more than once. A proxy or the sender adds it a second time; exactly one is accepted.",
  header_form:
    "The header X-Jobber-Hmac-SHA256 is not 44 characters of padded standard base64. Send the digest as Jobber does: no prefix, no quotes, not url-safe, with its padding.",
  header_hex:
    "The header X-Jobber-Hmac-SHA256 holds the digest in hex. Jobber sends base64; so must a sender of your own.",
  secret_other:
    "The request was signed with another secret that you have configured. Check the URL it was sent to.",
  secret_blanks:
    "The secret differs from the sender's by blanks or a line ending around it. Look at how it gets into the environment.",
  secret_quotes:
    "The secret has quotes around it that the sender's has not, or the other way round. Look at the .env file.",
  secret_decoded:
    "The sender used the secret in another encoding. Jobber's key is the text of the OAuth client secret as it is shown, not decoded from hex or base64.",
  body_reserialized:
    "The body was parsed and written again after it was signed. Hand over the received bytes: mount the webhook route before any body parser.",
  body_line_ending:
    "The body gained, lost or changed line endings after it was signed. If it was saved to a file, save it without a newline at its end.",
  body_byte_order_mark: "The body gained or lost a byte order mark after it was signed.",
  body_text_encoding:
    "The body was decoded and encoded again with the wrong character set after it was signed. Keep it as bytes.",
  body_empty:
    "The signature is that of an empty body: the sender signed before it had the body, or something dropped it.",
  unknown:
    "No usual mistake explains the signature. Most likely the secret belongs to another Jobber app, or was rolled; compare it with the app's OAuth client secret in Jobber's Developer Center.",
};
