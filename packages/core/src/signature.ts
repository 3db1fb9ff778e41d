export {
  MIN_SECRET_BYTES,
  type NamedSecret,
  type PreparedSecrets,
  prepareSecrets,
  type Secret,
  type Secrets,
} from "./signature/prepare-secrets.ts";
export { signPayload } from "./signature/sign-payload.ts";
export {
  readSignatureHeader,
  SIGNATURE_HEADER,
  type SignatureHeader,
  type VerifiedSignature,
  verifySignature,
} from "./signature/verify-signature.ts";
