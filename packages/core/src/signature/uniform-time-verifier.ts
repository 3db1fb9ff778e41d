import { createHmac, timingSafeEqual } from "node:crypto";
import { PreparedSecrets, prepareKey, prepareSecrets } from "./prepare-secrets.ts";
import { type SignatureHeader, verifySignature } from "./verify-signature.ts";

const DECOY = "a key that nobody signs with";

/** Secrets for a slug that nobody has, so that it costs what a known one costs. What they verify is rejected all the same. */
export const DECOY_SECRETS = prepareSecrets(DECOY);

/**
 * Makes a `verifySignature` whose rejection costs the same whichever secrets it tried: as many HMACs as the tenant with the most secrets.
 * Otherwise the time of a 401 would tell which slugs exist.
 */
export function createUniformTimeVerifier(
  mostSecrets: () => number,
): (body: Uint8Array, header: SignatureHeader, secrets: PreparedSecrets) => void {
  const key = prepareKey(DECOY);
  const text = Buffer.alloc(44);
  return (body, header, secrets) => {
    try {
      verifySignature(body, header, secrets);
    } catch (error) {
      for (let tried = PreparedSecrets.countOf(secrets); tried < mostSecrets(); tried += 1) {
        text.write(createHmac("sha256", key).update(body).digest("base64"), "latin1");
        timingSafeEqual(text, text);
      }
      throw error;
    }
  };
}
