export {
  MIN_SECRET_BYTES,
  type NamedSecret,
  type PreparedSecrets,
  prepareSecrets,
  type Secret,
  type Secrets,
} from "./prepare-secrets.ts";
export { signPayload } from "./sign-payload.ts";
export {
  readSignatureHeader,
  SIGNATURE_HEADER,
  type SignatureHeader,
  type VerifiedSignature,
  verifySignature,
} from "./verify-signature.ts";
