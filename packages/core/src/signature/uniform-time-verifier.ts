import { timingSafeEqual } from "node:crypto";
import { prepareHmac } from "./hmac-sha256.ts";
import { prepareKey, prepareSecrets } from "./prepare-secrets.ts";
import { entriesOf, type PreparedSecrets } from "./prepared-secrets.ts";
import {
  type SignatureHeader,
  type VerifiedSignature,
  verifySignature,
} from "./verify-signature.ts";

const DECOY = "a decoy key that signs no request";

/**
 * Secrets to verify with when the slug is unknown, so that the attempt takes as long as with a
 * known one. A request that matches them is rejected as well.
 */
export const DECOY_SECRETS = prepareSecrets(DECOY);

/**
 * Creates a `verifySignature` whose rejections all take the time of the tenant with the most
 * secrets. Otherwise the duration of a 401 would reveal which slugs exist.
 *
 * @param mostSecrets returns the largest number of secrets of any tenant
 */
export function createUniformTimeVerifier(
  mostSecrets: () => number,
): (body: Uint8Array, header: SignatureHeader, secrets: PreparedSecrets) => VerifiedSignature {
  const hmac = prepareHmac(prepareKey(DECOY));
  const text = Buffer.alloc(44);
  return (body, header, secrets) => {
    try {
      return verifySignature(body, header, secrets);
    } catch (error) {
      for (let tried = entriesOf(secrets).length; tried < mostSecrets(); tried += 1) {
        text.write(hmac(body), "latin1");
        timingSafeEqual(text, text);
      }
      throw error;
    }
  };
}
