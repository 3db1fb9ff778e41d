// The public surface for applications. Authors of stores, inboxes and sources also need `ports.ts`.

export type {
  ChangeFilter,
  ChangeInfo,
  ChangeState,
  ChangeStats,
  RecordChange,
} from "./changes/record-change.ts";
export { ERROR_CODES, type ErrorCode, isJobberSyncError, JobberSyncError } from "./errors.ts";
export type {
  ClientSnapshotEvent,
  EventWarning,
  JobberEvent,
  JobSnapshotEvent,
  NotificationEvent,
  SnapshotClient,
  SnapshotEvent,
  SnapshotEventName,
  SnapshotJob,
} from "./events/jobber-event.ts";
export { type ParseEventOptions, parseEvent } from "./events/parse-event.ts";
export type { TopicSelection } from "./events/topic-selection.ts";
export {
  type EventName,
  KNOWN_TOPICS,
  type KnownTopic,
  type ObjectType,
  SYNC_TOPICS,
  topicTraits,
} from "./events/topics.ts";
export type {
  DeliveryFilter,
  DeliveryInfo,
  DeliveryState,
  DeliveryStats,
} from "./inbox/delivery.ts";
export { createMemoryInbox } from "./inbox/memory-inbox.ts";
export {
  type ChangeFacts,
  type DeliveryFacts,
  type DeliveryWarning,
  LIFECYCLE_NAMES,
  type LifecycleEvents,
  type LifecycleHooks,
} from "./observability/lifecycle-events.ts";
export type { Logger } from "./observability/logger.ts";
export type {
  AcceptedIntent,
  Intent,
  IntentFilter,
  IntentLogEntry,
  IntentState,
  IntentStats,
  ObjectLink,
  ObjectName,
} from "./outbox/intent.ts";
export { createMemoryOutbox } from "./outbox/memory-outbox.ts";
export type {
  ChangeContext,
  ChangeHandler,
  ChangeHandlers,
} from "./processing/change-handlers.ts";
export type { FetchSelection } from "./processing/fetch-selection.ts";
export type { Handler, HandlerContext, Handlers } from "./processing/handlers.ts";
export { createReceiver } from "./receiver/create-receiver.ts";
export type { ReceiverOptions } from "./receiver/options.ts";
export type { Receiver, ReceiverRequest, VerifiableDelivery } from "./receiver/receiver.ts";
export type { ReceiverResponse } from "./receiver/response.ts";
export type { ChangeCause } from "./records/change-cause.ts";
export type { ContactRecord } from "./records/contact-record.ts";
export type { AnyExtras, Extra, JsonValue, RecordExtras } from "./records/extra.ts";
export type { JobRecord } from "./records/job-record.ts";
export {
  JOB_STATUSES,
  type JobStatus,
  type MapJobStatusOptions,
  mapJobStatus,
  type StatusOverrides,
} from "./records/map-job-status.ts";
export type { SnapshotExtra } from "./records/snapshot-extra.ts";
export {
  diagnoseSignature,
  type SignatureCause,
  type SignatureDiagnosis,
} from "./signature/diagnose-signature.ts";
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
  SIGNATURE_HEADER,
  type VerifiedSignature,
  verifySignature,
} from "./signature/verify-signature.ts";
export {
  createMemoryStore,
  type MemoryStore,
  type MemoryStoreOptions,
} from "./store/memory-store.ts";
export type { JobOwner, ReadOptions, SubmissionRecord, SyncReader } from "./store/sync-store.ts";
export {
  type BuildSubmissionOptions,
  buildSubmission,
  type ClientSubmissionPayload,
  type JobSubmissionPayload,
  type Submission,
  type SubmissionPayload,
} from "./submissions/build-submission.ts";
export { deliveryKey } from "./submissions/delivery-key.ts";
export { formatAddress } from "./submissions/format-address.ts";
export type { SharedApp, Tenant, TenantResolver, Tenants } from "./tenants/tenant.ts";
export { type Instant, parseInstant, toInstant } from "./time/instant.ts";
export type {
  ConnectCallOptions,
  ConnectedListener,
  ConnectHandlers,
} from "./tokens/connect-handlers.ts";
export { encryptTokens, type TokenKey } from "./tokens/encrypt-tokens.ts";
export { createMemoryCursorStore } from "./tokens/memory-cursor-store.ts";
export { createMemoryLease } from "./tokens/memory-lease.ts";
export { createMemoryTokenStore } from "./tokens/memory-token-store.ts";
export { createWorker, type JobberWorker } from "./worker/create-worker.ts";
export type { RetentionOptions, WorkerOptions } from "./worker/options.ts";
export type { RetryPolicy } from "./worker/retry-policy.ts";
export type { ChangeRetryPolicy } from "./worker/settle-change.ts";
