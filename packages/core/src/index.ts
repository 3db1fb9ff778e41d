export {
  ERROR_CODES,
  type ErrorCode,
  type ErrorTraits,
  isJobberSyncError,
  JobberSyncError,
  type JobberSyncErrorOptions,
} from "./errors.ts";
export type {
  ClientSnapshotEvent,
  EventWarning,
  JobberEvent,
  JobSnapshotEvent,
  NotificationEvent,
  SnapshotAddress,
  SnapshotClient,
  SnapshotEvent,
  SnapshotEventName,
  SnapshotJob,
} from "./events/jobber-event.ts";
export { parseEvent } from "./events/parse-event.ts";
export {
  type EventName,
  KNOWN_TOPICS,
  type KnownTopic,
  type ObjectType,
  SYNC_TOPICS,
  type TopicTraits,
  topicTraits,
} from "./events/topics.ts";
export type {
  AcceptedDelivery,
  Claim,
  ClaimedDelivery,
  ClaimOptions,
  DeliveryFilter,
  DeliveryInfo,
  DeliveryState,
  DueOptions,
  Inbox,
  IncomingDelivery,
  LeaseOptions,
  NowOptions,
  ObjectRef,
  PurgeOptions,
  Settlement,
  SlotRequest,
  WakeOptions,
} from "./inbox/inbox.ts";
export { INBOX_DEFAULTS, replayedStates } from "./inbox/inbox-defaults.ts";
export { listenByPolling, type PollingOptions } from "./inbox/listen-by-polling.ts";
export { createMemoryInbox, type MemoryInboxOptions } from "./inbox/memory-inbox.ts";
export {
  MAX_SLOT_WAIT_MS,
  nextSlotAt,
  type RateLimit,
  type Slot,
} from "./inbox/next-slot-at.ts";
export { objectKey } from "./inbox/object-key.ts";
export {
  type DeliveryFacts,
  type DeliveryWarning,
  LIFECYCLE_NAMES,
  type LifecycleEvents,
  type LifecycleHooks,
  type LifecycleName,
} from "./observability/lifecycle-events.ts";
export { consoleLogger, type Logger } from "./observability/logger.ts";
export type { Handler, HandlerContext, Handlers } from "./processing/handlers.ts";
export {
  createReceiver,
  type ReceivedDelivery,
  type Receiver,
  type ReceiverRequest,
} from "./receiver/create-receiver.ts";
export type {
  InboxReceiverOptions,
  ReceiverOptions,
  StoreReceiverOptions,
  TopicSelection,
} from "./receiver/options.ts";
export type { ReceiverResponse } from "./receiver/response.ts";
export {
  CONTACT_FIELDS,
  type ContactFields,
  type ContactRecord,
} from "./records/contact-record.ts";
export { JOB_FIELDS, type JobFields, type JobRecord } from "./records/job-record.ts";
export {
  JOB_STATUSES,
  type JobStatus,
  type MapJobStatusOptions,
  type MappedJobStatus,
  mapJobStatus,
} from "./records/map-job-status.ts";
export type {
  FetchedClient,
  FetchedJob,
  FetchedRecords,
  RecordSource,
  SourceCallOptions,
  SourceObjectType,
} from "./records/record-source.ts";
export {
  type SnapshotRecords,
  type StatusOverrides,
  snapshotRecords,
} from "./records/snapshot-records.ts";
export {
  diagnoseSignature,
  type SignatureCase,
  type SignatureCause,
  type SignatureDiagnosis,
} from "./signature/diagnose-signature.ts";
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
export {
  decideWrite,
  type VersionedRow,
  type WriteDecision,
  type WriteOutcome,
} from "./store/decide-write.ts";
export { createMemoryStore } from "./store/memory-store.ts";
export { type ChangePlan, planChange } from "./store/plan-change.ts";
export type {
  ContactWrite,
  FieldWriteMode,
  JobWrite,
  ReadOptions,
  SubmissionRecord,
  SubmissionWrite,
  SyncChange,
  SyncReader,
  SyncResult,
  SyncStore,
  WritePosition,
} from "./store/sync-store.ts";
export { encodeVersion, NEVER, type Version, versionTime } from "./store/version.ts";
export {
  type BuildSubmissionOptions,
  buildSubmission,
  type ClientSubmissionPayload,
  type JobSubmissionPayload,
  type Submission,
  type SubmissionPayload,
  type SubmissionRecords,
} from "./submissions/build-submission.ts";
export { bodyHash, deliveryKey } from "./submissions/delivery-key.ts";
export { type AddressParts, formatAddress } from "./submissions/format-address.ts";
export type { SharedApp, Tenant, TenantResolver, Tenants } from "./tenants/tenant.ts";
export { type Instant, parseInstant, toInstant } from "./time/instant.ts";
export type { CursorStore } from "./tokens/cursor-store.ts";
export { encryptTokens, type TokenKey } from "./tokens/encrypt-tokens.ts";
export type { Lease } from "./tokens/lease.ts";
export { createMemoryCursorStore } from "./tokens/memory-cursor-store.ts";
export { createMemoryLease, type MemoryLeaseOptions } from "./tokens/memory-lease.ts";
export { createMemoryTokenStore } from "./tokens/memory-token-store.ts";
export type { Connection, ConnectionState, TokenStore } from "./tokens/token-store.ts";
export { createWorker, type JobberWorker, type WorkerOptions } from "./worker/create-worker.ts";
export type { RetryPolicy } from "./worker/retry-policy.ts";
