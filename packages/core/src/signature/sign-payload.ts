import { createHmac } from "node:crypto";
import { prepareKey, type Secret, type SecretOptions } from "./prepare-secrets.ts";

/**
 * Signs a body as Jobber does: HMAC-SHA256 over its bytes, keyed with the app's OAuth client
 * secret. See docs/jobber-facts.md#signature.
 *
 * @param body the bytes to sign; text is signed as its UTF-8 bytes
 * @returns 44 characters of padded standard base64, the value of `X-Jobber-Hmac-SHA256`
 * @throws {TypeError} if the secret is unusable, see `prepareSecrets`
 */
export function signPayload(
  body: Uint8Array | string,
  secret: Secret,
  options?: SecretOptions,
): string {
  return createHmac("sha256", prepareKey(secret, undefined, options))
    .update(body)
    .digest("base64");
}
