export {
  ERROR_CODES,
  type ErrorCode,
  type ErrorOptions,
  type ErrorTraits,
  isJobberSyncError,
  JobberSyncError,
} from "./errors.ts";
export * from "./event/index.ts";
export * from "./inbox/index.ts";
export * from "./lifecycle/index.ts";
export * from "./receiver/index.ts";
export * from "./records/index.ts";
export {
  diagnoseSignature,
  type SignatureCase,
  type SignatureCause,
  type SignatureDiagnosis,
} from "./signature/diagnose-signature.ts";
export * from "./signature/index.ts";
export * from "./status/index.ts";
export * from "./store/index.ts";
export * from "./submission/index.ts";
export * from "./tokens/index.ts";
export * from "./worker/index.ts";
