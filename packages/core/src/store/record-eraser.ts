import { CONTACT_FIELDS, type ContactRecord } from "../records/contact-record.ts";
import { JOB_FIELDS, type JobRecord } from "../records/job-record.ts";
import type { SubmissionPayload } from "../submissions/build-submission.ts";
import type { Instant } from "../time/instant.ts";
import type { VersionedRow } from "./decide-write.ts";
import { encodeTombstone, NEVER, SEALED, sealedTombstone } from "./version.ts";

/** Selects the records that `RecordEraser.erase` erases: those of one client, or of a tenant. */
export interface RecordErasure {
  readonly tenant: string;
  /** The client whose data is erased. @default every record of the tenant */
  readonly jobberClientId?: string | undefined;
  /** Submissions with these delivery keys are erased as well, whatever they contain. */
  readonly deliveryKeys?: readonly string[] | undefined;
  /** The time of new tombstones. */
  readonly deletedAt: Instant;
}

/** Result of {@link RecordEraser.erase}. */
export interface ErasedRecords {
  /** Ids of the erased client or clients. */
  readonly contacts: readonly string[];
  /** Ids of the jobs of the client, or of all jobs of the tenant. */
  readonly jobs: readonly string[];
  /** Number of erased submissions. */
  readonly submissions: number;
}

/** Storage that can erase personal data. `openSqlite`, `createPostgres` and memory implement it. */
export interface RecordEraser {
  /**
   * Erases personal data from records and submissions, all of it or nothing. Ids, tombstones and
   * times stay. May be called again.
   *
   * - **A client**: its contact loses every field, is a tombstone, and is sealed: no later write
   *   changes it. A contact that does not exist is inserted in that state. The client's jobs lose
   *   and seal {@link PERSONAL_JOB_FIELDS}; their other fields live on.
   * - **A tenant**: all contacts and jobs lose every field and version and are tombstones. They are
   *   not sealed, so that a tenant who connects again is imported again.
   * - Changes of these records in the feed contain what is left of the records.
   * - Submissions of these records, and those named by `deliveryKeys`, keep their event and ids.
   */
  erase(erasure: RecordErasure): Promise<ErasedRecords>;
}

/** The fields of a job that describe its client: they are erased with the client. */
export const PERSONAL_JOB_FIELDS = [
  "title",
  "instructions",
  "street",
  "city",
  "state",
  "postalCode",
  "country",
  "webUri",
  "extra",
] as const satisfies readonly (keyof JobRecord)[];

/** The fields of a submission's payload that are erased. */
export const PERSONAL_PAYLOAD_FIELDS = [
  "title",
  "client_name",
  "client_email",
  "client_phone",
  "address",
] as const;

/** Ids of other records, which stay. */
const OTHER_IDS: readonly string[] = ["jobberClientId", "jobberPropertyId"];

/** The row of an erased client. Pure. @param stored `undefined` for a client without a row */
export function sealedContact(
  stored: VersionedRow<ContactRecord> | undefined,
  { tenant, jobberClientId, deletedAt }: RecordErasure & { readonly jobberClientId: string },
): VersionedRow<ContactRecord> {
  const { sourceUpdatedAt = null, deletedAt: before = null } = stored?.record ?? {};
  const at = before ?? deletedAt;
  const record = { tenant, jobberClientId, ...nothing(CONTACT_FIELDS), sourceUpdatedAt };
  return {
    record: { ...record, deletedAt: at } as unknown as ContactRecord,
    version: SEALED,
    fieldVersions: { deletedAt: sealedTombstone(at), missingAt: SEALED, extra: SEALED },
  };
}

/** The row of a job whose client is erased. Pure. */
export function sealedJob(stored: VersionedRow<JobRecord>): VersionedRow<JobRecord> {
  const seals = Object.fromEntries(PERSONAL_JOB_FIELDS.map((field) => [field, SEALED]));
  return {
    record: { ...stored.record, ...nothing(PERSONAL_JOB_FIELDS) } as JobRecord,
    version: stored.version,
    fieldVersions: { ...stored.fieldVersions, ...seals },
  };
}

/**
 * The row of a record whose tenant is erased. Pure.
 *
 * @param sequence orders the tombstone
 */
export function emptiedRow<R extends JobRecord | ContactRecord>(
  { record }: VersionedRow<R>,
  { deletedAt }: RecordErasure,
  sequence: number,
): VersionedRow<R> {
  const fields = "jobberJobId" in record ? JOB_FIELDS : CONTACT_FIELDS;
  const erased = fields.filter((field) => !OTHER_IDS.includes(field));
  const empty = { ...record, ...nothing(erased), sourceUpdatedAt: null };
  const at = record.deletedAt ?? deletedAt;
  return {
    record: { ...empty, deletedAt: at } as R,
    version: NEVER,
    fieldVersions: { deletedAt: encodeTombstone(sequence, at) },
  };
}

/** The payload of a submission without personal data. Pure. */
export function erasedPayload(payload: SubmissionPayload): SubmissionPayload {
  const erased = PERSONAL_PAYLOAD_FIELDS.filter((field) => field in payload);
  return { ...payload, ...nothing(erased) };
}

function nothing(fields: readonly string[]): Readonly<Record<string, null>> {
  return Object.fromEntries(fields.map((field) => [field, null]));
}
