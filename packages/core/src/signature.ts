// Signatures alone, for callers that do without zod.

export {
  type NamedSecret,
  prepareSecrets,
  type Secret,
  type SecretOptions,
  type Secrets,
} from "./signature/prepare-secrets.ts";
export type { PreparedSecrets } from "./signature/prepared-secrets.ts";
export { signPayload } from "./signature/sign-payload.ts";
export {
  readSignatureHeader,
  SIGNATURE_HEADER,
  type SignatureHeader,
  type VerifiedSignature,
  verifySignature,
} from "./signature/verify-signature.ts";
