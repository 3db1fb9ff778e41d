import type { UnnumberedChange } from "../changes/record-change.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import { decideWrite, type VersionedRow } from "./decide-write.ts";
import { planChange } from "./plan-change.ts";
import { changeOf } from "./record-changes.ts";
import type { SubmissionWrite, SyncResult, SyncStore } from "./sync-store.ts";
import { type WrittenRecord, writtenRecord } from "./written-record.ts";

/** The key of a record, and its type. */
export interface RecordKey {
  readonly type: "contact" | "job";
  readonly tenant: string;
  /** The Jobber id. */
  readonly id: string;
}

/** A row of one of the two tables of records. */
export type StoredRow =
  | { readonly type: "contact"; readonly row: VersionedRow<ContactRecord> }
  | { readonly type: "job"; readonly row: VersionedRow<JobRecord> };

/**
 * A database, as {@link createStoreFrom} uses it.
 *
 * @typeParam T your transaction: what your client passes to the work inside one
 */
export interface StoreBackend<T> {
  /** See `SyncStore.nextSequence`. */
  readonly nextSequence: () => Promise<number>;
  /**
   * Runs `work` in a transaction: all of its writes are durable when the promise resolves, or none
   * is if `work` or the commit fails. Repeats it after a serialization failure or a deadlock.
   */
  readonly transaction: <R>(work: (transaction: T) => Promise<R>) => Promise<R>;
  /**
   * Reads a record's row and locks it until the end of the transaction. The lock must also hold for
   * a record that does not exist: take an advisory lock of its key, or use serializable
   * transactions and repeat them. Records are locked in one order everywhere: contacts before jobs,
   * in the order of tenant and id.
   *
   * @returns `undefined` if there is no row
   */
  readonly lockRow: (
    transaction: T,
    key: RecordKey,
  ) => Promise<VersionedRow<ContactRecord> | VersionedRow<JobRecord> | undefined>;
  /** Inserts the row, or replaces the one with its key. */
  readonly putRow: (transaction: T, row: StoredRow) => Promise<void>;
  /**
   * Inserts a submission unless its tenant and delivery key exist.
   *
   * @returns whether it was inserted
   */
  readonly insertSubmission: (transaction: T, submission: SubmissionWrite) => Promise<boolean>;
  /**
   * Stores a change of a record, in the transaction that writes the record. Number it inside, after
   * the lock, so that the numbers of a record rise in the order of its commits.
   *
   * @default changes are not stored
   */
  readonly insertChange?: ((transaction: T, change: UnnumberedChange) => Promise<void>) | undefined;
}

/**
 * Creates a store on a database of your choice from five functions. `decideWrite` and `planChange`
 * apply the rules of {@link SyncStore}; `syncStoreContract` of `@jobber-sync/testing/contracts`
 * tests the result.
 *
 * Values must come back as they were written: text by Unicode code point, times with microseconds,
 * `extra` as JSON, ids and versions compared byte by byte.
 */
export function createStoreFrom<T>(backend: StoreBackend<T>): SyncStore {
  const { transaction, lockRow, putRow, insertSubmission, insertChange } = backend;
  return {
    nextSequence: () => backend.nextSequence(),
    async apply(change) {
      const plan = planChange(change);
      return transaction(async (tx): Promise<SyncResult> => {
        const contacts: SyncResult["contacts"][number][] = [];
        for (const incoming of plan.contacts) {
          const { tenant, jobberClientId } = incoming.record;
          const key = { type: "contact", tenant, id: jobberClientId } as const;
          // The key's type names the table, and thus the type of the row.
          const stored = (await lockRow(tx, key)) as VersionedRow<ContactRecord> | undefined;
          const { written, row } = decide(stored, incoming);
          if (row !== null) await putRow(tx, { type: "contact", row });
          contacts.push({ tenant, jobberClientId, ...written });
        }
        const jobs: SyncResult["jobs"][number][] = [];
        for (const incoming of plan.jobs) {
          const { tenant, jobberJobId } = incoming.record;
          const key = { type: "job", tenant, id: jobberJobId } as const;
          const stored = (await lockRow(tx, key)) as VersionedRow<JobRecord> | undefined;
          const { written, row } = decide(stored, incoming);
          if (row !== null) await putRow(tx, { type: "job", row });
          jobs.push({ tenant, jobberJobId, ...written });
        }
        const submissions: SyncResult["submissions"][number][] = [];
        for (const submission of plan.submissions) {
          const { tenant, deliveryKey } = submission;
          const isNew = await insertSubmission(tx, submission);
          submissions.push({ tenant, deliveryKey, outcome: isNew ? "inserted" : "unchanged" });
        }
        if (insertChange !== undefined)
          for (const made of [...contacts, ...jobs].flatMap((each) => changeOf(each, change)))
            await insertChange(tx, made);
        return { contacts, jobs, submissions };
      });
    },
  };
}

/** Decides one write. `row` replaces the stored one; `null` if nothing must be written. */
function decide<R extends ContactRecord | JobRecord>(
  stored: VersionedRow<R> | undefined,
  incoming: VersionedRow<R>,
): { readonly written: WrittenRecord<R>; readonly row: VersionedRow<R> | null } {
  const { outcome, row } = decideWrite(stored, incoming);
  const after = (row ?? stored ?? incoming).record;
  return { written: writtenRecord(outcome, stored?.record ?? null, after), row };
}
