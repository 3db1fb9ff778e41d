import { createHmac } from "node:crypto";
import { prepareKey, type Secret } from "./prepare-secrets.ts";

/**
 * Signs a body as Jobber does (F1.4): HMAC-SHA256 over its bytes, keyed with the app's OAuth client secret.
 *
 * @param body the bytes to sign; text is signed as its UTF-8 bytes
 * @returns 44 characters of padded standard base64, the value of `X-Jobber-Hmac-SHA256`
 * @throws {TypeError} when the secret is empty, blank or shorter than 16 bytes
 */
export function signPayload(body: Uint8Array | string, secret: Secret): string {
  return createHmac("sha256", prepareKey(secret)).update(body).digest("base64");
}
