import type { ContactFields, ContactRecord } from "../records/contact-record.ts";
import type { JobFields, JobRecord } from "../records/job-record.ts";
import type { SubmissionPayload } from "../submissions/build-submission.ts";
import type { Instant } from "../time/instant.ts";
import type { WriteOutcome } from "./decide-write.ts";

/** Where a write stands in the one total order: `(sourceUpdatedAt ?? −∞, sequence)`. */
export interface WritePosition {
  /** The source's own time of the last change; `null` when it gave none. */
  readonly sourceUpdatedAt: Instant | null;
  /** From {@link SyncStore.nextSequence}: taken before the fetch (notification) or at accept (snapshot). */
  readonly sequence: number;
}

/**
 * What a write does:
 * - `replace`: the fields given take the write's version; a field that is not given keeps its stored value.
 * - `fill`: the non-null fields given are written where their stored version is not newer; nothing is cleared and the record's own
 *   version does not move. For the client inside a job snapshot.
 */
export type FieldWriteMode = "replace" | "fill";

interface FieldWrite<F> extends WritePosition {
  readonly mode: FieldWriteMode;
  /** Absent: the stored value is kept. `null`: it is cleared. */
  readonly fields: Partial<F>;
  /**
   * Lifts a tombstone that is older than the write's sequence. Only a reconcile that saw the record twice may say so; without it no
   * write brings a deleted record back.
   */
  readonly revive?: boolean;
}

/** Sets `deletedAt`. No field and no source time is touched; later updates do not lift it. Also for an id never seen. */
interface Tombstone {
  readonly mode: "delete";
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

/** One write of a job. */
export type JobWrite = JobKey & (FieldWrite<JobFields> | Tombstone);

/** One write of a contact. */
export type ContactWrite = ContactKey & (FieldWrite<ContactFields> | Tombstone);

/** One submission. Identified by tenant and delivery key, and written once. */
export interface SubmissionWrite {
  readonly tenant: string;
  readonly deliveryKey: string;
  readonly channel: "jobber";
  readonly payload: SubmissionPayload;
  readonly createdAt: Instant;
}

/** A submission as stored. */
export type SubmissionRecord = SubmissionWrite;

/** Everything that one run wants written. */
export interface SyncChange {
  readonly contacts: readonly ContactWrite[];
  readonly jobs: readonly JobWrite[];
  readonly submissions: readonly SubmissionWrite[];
}

/** What became of a {@link SyncChange}: one entry per record (several writes of one record are one entry), ids in ascending order. */
export interface SyncResult {
  readonly contacts: readonly (ContactKey & { readonly outcome: WriteOutcome })[];
  readonly jobs: readonly (JobKey & { readonly outcome: WriteOutcome })[];
  readonly submissions: readonly {
    readonly tenant: string;
    readonly deliveryKey: string;
    readonly outcome: "inserted" | "unchanged";
  }[];
}

/**
 * Where Job and Contact records live. Two methods, so that a store on your own database stays short; `syncStoreContract` of
 * `@jobber-sync/testing` says whether it is right.
 */
export interface SyncStore {
  /**
   * The next number of a sequence that rises over every process sharing the store. Gaps are fine, a repeat is not. At least 1.
   */
  nextSequence(): Promise<number>;

  /**
   * Writes all of `change` or nothing, durable when it resolves.
   *
   * - Each record is decided by `decideWrite`, inside the write: one guarded statement, or a read under a row lock in the same transaction.
   * - Contacts are written first, then jobs, ids in ascending order, so that two writers cannot deadlock ({@link planChange} sorts).
   * - A submission whose `(tenant, deliveryKey)` exists is left as it is. It is never a gate on the records: A, B, A again are three
   *   changes although the first and the last look the same.
   *
   * @throws {JobberSyncError} `ERR_STORE`, `ERR_STORE_BUSY`, `ERR_STORE_FULL`: nothing was written
   */
  apply(change: SyncChange): Promise<SyncResult>;
}

/** How much of a table to read: ids in ascending order (submissions: oldest first). */
export interface ReadOptions {
  /** @default 1000 */
  readonly limit?: number;
  /** Rows to pass over. @default 0 */
  readonly offset?: number;
  /** Only the records with these Jobber ids; submissions ignore it. @default all records */
  readonly ids?: readonly string[] | undefined;
}

/** Reading back what was stored, for tests, examples and tools. An application reads its tables in its own way. */
export interface SyncReader {
  /** The tenant's jobs, tombstones included. */
  jobs(tenant: string, options?: ReadOptions): Promise<readonly JobRecord[]>;
  /** The tenant's contacts, tombstones included. */
  contacts(tenant: string, options?: ReadOptions): Promise<readonly ContactRecord[]>;
  /** The tenant's submissions, in the order in which they were stored. */
  submissions(tenant: string, options?: ReadOptions): Promise<readonly SubmissionRecord[]>;
}
