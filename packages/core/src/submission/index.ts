export {
  type BuildSubmissionOptions,
  buildSubmission,
  type ClientSubmissionPayload,
  type JobSubmissionPayload,
  type Submission,
  type SubmissionPayload,
  type SubmissionRecords,
} from "./build-submission.ts";
export { bodyHash, deliveryKey } from "./delivery-key.ts";
export { type AddressParts, formatAddress } from "./format-address.ts";
