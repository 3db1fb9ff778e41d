// The public surface for authors of stores, inboxes, sources and token stores: the interfaces they
// implement, and the pure rules every implementation shares.

export type {
  ChangeClaim,
  ChangeFeed,
  ChangePurgeOptions,
  ChangeSettlement,
} from "./changes/change-feed.ts";
export * as changeRules from "./changes/change-rules.ts";
export type { ChangeOrigin, ClaimedChange, UnnumberedChange } from "./changes/record-change.ts";
export {
  claimedChange,
  type ReplacedValues,
  replacedValues,
  type StoredChange,
} from "./changes/stored-change.ts";
export { checkSharedSequence } from "./inbox/check-shared-sequence.ts";
export type {
  Claim,
  ClaimedDelivery,
  ClaimOptions,
  LeaseOptions,
  Settlement,
  SettleOptions,
} from "./inbox/claim.ts";
export type {
  AcceptedDelivery,
  DeliveryStats,
  IncomingDelivery,
  ObjectRef,
} from "./inbox/delivery.ts";
export {
  type DeliveryErasure,
  type ErasedClient,
  type ErasedDeliveries,
  isErased,
  searchedText,
} from "./inbox/erasure.ts";
export type { DueOptions, Inbox, PurgeOptions, SlotRequest, WakeOptions } from "./inbox/inbox.ts";
export { discardedStates, INBOX_DEFAULTS, replayedStates } from "./inbox/inbox-defaults.ts";
export { listenByPolling } from "./inbox/listen-by-polling.ts";
export { MAX_SLOT_WAIT_MS, nextSlotAt, type RateLimit } from "./inbox/next-slot-at.ts";
export { objectKey } from "./inbox/object-key.ts";
export { type ObjectParent, PARENTS_AFTER_MS, SEEN_AGAIN_MS } from "./inbox/object-parent.ts";
export type {
  ClaimedRefresh,
  ObjectRefresh,
  RefreshRequest,
  RefreshState,
} from "./inbox/refresh.ts";
export { createRunScheduler, type RunScheduler } from "./inbox/run-scheduler.ts";
export * as transitions from "./inbox/transitions.ts";
export { createDispatcher, type Dispatch, type Hook } from "./observability/dispatcher.ts";
export { safeLogger } from "./observability/logger.ts";
export { positiveInteger } from "./options.ts";
export type { IncomingIntent } from "./outbox/intent.ts";
export * as intentTransitions from "./outbox/intent-transitions.ts";
export type {
  IntentClaim,
  IntentDecision,
  IntentErasure,
  IntentSettlement,
  Outbox,
  PutOptions,
} from "./outbox/outbox.ts";
export { CONTACT_FIELDS, type ContactFields } from "./records/contact-record.ts";
export { canonicalExtra, sameValue } from "./records/extra.ts";
export { JOB_FIELDS, type JobFields } from "./records/job-record.ts";
export type {
  FetchedClient,
  FetchedJob,
  FetchedRecords,
  RecordSource,
  SourceCallOptions,
} from "./records/record-source.ts";
export {
  createStoreFrom,
  type RecordKey,
  type StoreBackend,
  type StoredRow,
} from "./store/create-store-from.ts";
export type { DatabaseProblem } from "./store/database-problem.ts";
export { decideWrite, type VersionedRow, type WriteOutcome } from "./store/decide-write.ts";
export { type FieldSource, type FieldSources, fieldSources } from "./store/field-sources.ts";
export { type ChangePlan, planChange } from "./store/plan-change.ts";
export { changeOf, initialChange } from "./store/record-changes.ts";
export {
  type ErasedRecords,
  emptiedRow,
  erasedPayload,
  PERSONAL_JOB_FIELDS,
  PERSONAL_PAYLOAD_FIELDS,
  type RecordEraser,
  type RecordErasure,
  sealedContact,
  sealedJob,
} from "./store/record-eraser.ts";
export type {
  ContactWrite,
  JobWrite,
  SubmissionWrite,
  SyncChange,
  SyncResult,
  SyncStore,
} from "./store/sync-store.ts";
export {
  DELETION_REGISTERS,
  encodeTombstone,
  SEALED,
  SEPARATE_FIELDS,
  sealedTombstone,
} from "./store/version.ts";
export { type WrittenRecord, writtenRecord } from "./store/written-record.ts";
export { clampInstant } from "./time/instant.ts";
export type { CursorStore } from "./tokens/cursor-store.ts";
export type { Lease } from "./tokens/lease.ts";
export type { AccountConnection, Connection, TokenStore } from "./tokens/token-store.ts";
