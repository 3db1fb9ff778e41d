export { decideWrite, type VersionedRow, type WriteDecision, type WriteOutcome } from "./decide-write.ts";
export { createMemoryStore } from "./memory-store.ts";
export { type ChangePlan, planChange } from "./plan-change.ts";
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
} from "./sync-store.ts";
export { encodeVersion, NEVER, type Version, versionTime } from "./version.ts";
