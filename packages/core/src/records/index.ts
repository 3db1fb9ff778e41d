export { CONTACT_FIELDS, type ContactFields, type ContactRecord } from "./contact-record.ts";
export { type Instant, parseInstant, toInstant } from "./instant.ts";
export { JOB_FIELDS, type JobFields, type JobRecord } from "./job-record.ts";
export type {
  FetchedClient,
  FetchedJob,
  FetchedRecords,
  RecordSource,
  SourceObjectType,
} from "./record-source.ts";
export { type SnapshotRecords, type StatusOverrides, snapshotRecords } from "./snapshot-records.ts";
