import type { ChangeOrigin } from "../changes/record-change.ts";
import type { ContactFields, ContactRecord } from "../records/contact-record.ts";
import type { JobFields, JobRecord } from "../records/job-record.ts";
import type { SubmissionPayload } from "../submissions/build-submission.ts";
import type { Instant } from "../time/instant.ts";
import type { FieldSources } from "./field-sources.ts";
import type { WrittenRecord } from "./written-record.ts";

/** Position of a write in the total order: `(sourceUpdatedAt ?? −∞, sequence)`. */
export interface WritePosition {
  /** The source's own time of the last change; `null` if unknown. */
  readonly sourceUpdatedAt: Instant | null;
  /**
   * From {@link SyncStore.nextSequence}, drawn before the fetch (notification) or on accept
   * (snapshot).
   */
  readonly sequence: number;
}

/**
 * Mode of a write:
 * - `replace`: given fields take the write's version; absent fields keep their stored value.
 * - `fill`: given non-null fields are written where the stored version is not newer. Nothing is
 *   cleared, and the record's own version does not move. For the client inside a job snapshot.
 */
export type FieldWriteMode = "replace" | "fill";

interface FieldWrite<F> extends WritePosition {
  readonly mode: FieldWriteMode;
  /** An absent field keeps its stored value; `null` clears it. */
  readonly fields: Partial<F>;
  /**
   * The source showed the record at the write's sequence, or after it. Lifts an inferred tombstone
   * that is older. For fetched records; a snapshot proves nothing about the source.
   */
  readonly seen?: boolean | undefined;
  /**
   * Lifts every tombstone that is older than the write's sequence, final ones too. Only a sweep
   * that saw the record twice sets it; no other write restores a record that was deleted.
   */
  readonly revive?: boolean | undefined;
}

/**
 * Sets `deletedAt`, also for an unknown id. Changes no field and no source time; snapshots do not
 * lift it.
 */
interface Tombstone {
  readonly mode: "delete";
  /**
   * Whether the delete was inferred: the source did not show the record, but no event and no sweep
   * said that it was deleted. A later write that saw the record lifts such a tombstone.
   *
   * @default false: only a sweep that saw the record twice lifts it
   */
  readonly inferred?: boolean | undefined;
  readonly sequence: number;
  readonly deletedAt: Instant;
}

interface JobKey {
  readonly tenant: string;
  readonly jobberJobId: string;
}

interface ContactKey {
  readonly tenant: string;
  readonly jobberClientId: string;
}

/** A write of a job. */
export type JobWrite = JobKey & (FieldWrite<JobFields<object>> | Tombstone);

/** A write of a contact. */
export type ContactWrite = ContactKey & (FieldWrite<ContactFields<object>> | Tombstone);

/** A submission. Identified by tenant and delivery key, and written once. */
export interface SubmissionWrite {
  readonly tenant: string;
  readonly deliveryKey: string;
  readonly channel: "jobber";
  readonly payload: SubmissionPayload;
  readonly createdAt: Instant;
}

/** A submission as stored. */
export type SubmissionRecord = SubmissionWrite;

/** All writes of one run, and what caused them. */
export interface SyncChange extends ChangeOrigin {
  readonly contacts: readonly ContactWrite[];
  readonly jobs: readonly JobWrite[];
  readonly submissions: readonly SubmissionWrite[];
}

/**
 * Result of a {@link SyncChange}: one entry per record, even after several writes of it, in
 * ascending order of the ids.
 */
export interface SyncResult {
  readonly contacts: readonly (ContactKey & WrittenRecord<ContactRecord>)[];
  readonly jobs: readonly (JobKey & WrittenRecord<JobRecord>)[];
  readonly submissions: readonly {
    readonly tenant: string;
    readonly deliveryKey: string;
    readonly outcome: "inserted" | "unchanged";
  }[];
}

/**
 * Storage of Job and Contact records. It has two methods, so that a store on your own database
 * stays short. `syncStoreContract` of `@jobber-sync/testing/contracts` tests a store.
 */
export interface SyncStore {
  /**
   * Returns the next number of a sequence that all processes sharing the store draw from. Numbers
   * rise and never repeat; gaps are allowed. At least 1.
   */
  nextSequence(): Promise<number>;

  /**
   * Writes all of `change` or nothing. The write is durable when the promise resolves.
   *
   * - `decideWrite` decides each record inside the write: in one guarded statement, or after a read
   *   under a row lock in the same transaction.
   * - Contacts are written first, then jobs, in ascending order of their ids, so that two writers
   *   cannot deadlock. {@link planChange} sorts them.
   * - A submission whose `(tenant, deliveryKey)` exists stays unchanged. The key never gates the
   *   records: A, B and A again are three changes, although the first and the last look the same.
   *
   * @throws {JobberSyncError} `ERR_STORE`, `ERR_STORE_BUSY` or `ERR_STORE_FULL` if nothing was
   * written
   */
  apply(change: SyncChange): Promise<SyncResult>;
}

/** A page of a table, in ascending order of the ids (submissions: oldest first). */
export interface ReadOptions {
  /** @default 1000 */
  readonly limit?: number | undefined;
  /** Rows to skip. @default 0 */
  readonly offset?: number | undefined;
  /** Only the records with these Jobber ids; submissions ignore it. @default all records */
  readonly ids?: readonly string[] | undefined;
  /**
   * Only the records whose Jobber id is greater, in the order of the list: pass the last id of a
   * page to read the next one. Costs the same for every page, and skips no record when others are
   * added or removed meanwhile. Submissions ignore it.
   *
   * @default from the first record
   */
  readonly afterId?: string | undefined;
}

/** A client or a property whose jobs are wanted. */
export type JobOwner =
  | { readonly jobberClientId: string; readonly jobberPropertyId?: undefined }
  | { readonly jobberPropertyId: string; readonly jobberClientId?: undefined };

/**
 * Reads stored records, for tests, examples and tools. Applications query the tables themselves.
 */
export interface SyncReader {
  /** Returns a job, also a deleted one; `null` if none is stored. */
  job(tenant: string, jobberJobId: string): Promise<JobRecord | null>;
  /** Returns a contact, also a deleted one; `null` if none is stored. */
  contact(tenant: string, jobberClientId: string): Promise<ContactRecord | null>;
  /**
   * Returns the write that each stored value of a record comes from; `null` if none is stored.
   * Optional: tools leave the answer out for a store without it.
   */
  fieldSources?(tenant: string, type: "job" | "client", id: string): Promise<FieldSources | null>;
  /** Returns the tenant's jobs, tombstones included. */
  jobs(tenant: string, options?: ReadOptions): Promise<readonly JobRecord[]>;
  /**
   * Returns the ids of the tenant's jobs of a client or a property, ascending, without tombstones.
   * The worker reads these jobs again when their client or property was deleted; without this
   * method they wait for the next sweep.
   */
  jobIds?(tenant: string, of: JobOwner): Promise<readonly string[]>;
  /** Returns the tenant's contacts, tombstones included. */
  contacts(tenant: string, options?: ReadOptions): Promise<readonly ContactRecord[]>;
  /** Returns the tenant's submissions in the order in which they were stored. */
  submissions(tenant: string, options?: ReadOptions): Promise<readonly SubmissionRecord[]>;
}
