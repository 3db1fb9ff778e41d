export type {
  AccountConditions,
  SimulatedAccount,
  SimulatedEvent,
  SimulatedKind,
} from "./account.ts";
export {
  createSimulator,
  type Simulator,
  type SimulatorCounts,
  type SimulatorOptions,
} from "./create-simulator.ts";
export { type DocumentTypes, documentTypes } from "./document-types.ts";
export { encodedId } from "./encoded-id.ts";
export type { FaultPlace, FaultPlan, SimulatedFault } from "./faults.ts";
export { JOBBER_LIMITS, type SimulatedLimits } from "./limits.ts";
export type { SimulatedTokens, TokenRotation } from "./oauth.ts";
export type {
  SimulatedAddress,
  SimulatedClient,
  SimulatedJob,
  SimulatedJobStatus,
  SimulatedProperty,
  SimulatedRecords,
  SimulatedTime,
  SimulatedVisit,
} from "./records.ts";
export { SIMULATOR_SDL } from "./schema.ts";
export type { SentWebhook, WebhookDisorder, WebhookSender } from "./webhook-sender.ts";
