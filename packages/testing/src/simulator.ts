export { encodedId } from "./ids/encoded-id.ts";
export type {
  SimulatedAccount,
  SimulatedEvent,
  SimulatedKind,
} from "./simulator/account.ts";
export type { AccountConditions } from "./simulator/conditions.ts";
export {
  createSimulator,
  type Simulator,
  type SimulatorCounts,
  type SimulatorOptions,
} from "./simulator/create-simulator.ts";
export type { DirectFetch } from "./simulator/direct-fetch.ts";
export { type DocumentTypes, documentTypes } from "./simulator/document-types.ts";
export type { FaultPlace, FaultPlan, SimulatedFault } from "./simulator/faults.ts";
export { JOBBER_LIMITS, type SimulatedLimits } from "./simulator/limits.ts";
export type { SimulatedTokens, TokenRotation } from "./simulator/oauth.ts";
export type {
  SimulatedAddress,
  SimulatedClient,
  SimulatedEmail,
  SimulatedJob,
  SimulatedJobStatus,
  SimulatedNote,
  SimulatedPhone,
  SimulatedProperty,
  SimulatedRecords,
  SimulatedTime,
  SimulatedVisit,
} from "./simulator/records.ts";
export { SIMULATOR_SDL } from "./simulator/schema.ts";
export type { SentWebhook, WebhookDisorder, WebhookSender } from "./simulator/webhook-sender.ts";
