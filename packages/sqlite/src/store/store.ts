import type { SubmissionRecord, SyncReader } from "@jobber-sync/core";
import {
  changeOf,
  decideWrite,
  fieldSources,
  planChange,
  type RecordEraser,
  type SyncChange,
  type SyncResult,
  type SyncStore,
  type VersionedRow,
  type WrittenRecord,
  writtenRecord,
} from "@jobber-sync/core/ports";
import { writeChanges } from "../changes/write-changes.ts";
import type { Database } from "../database/database.ts";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import { createErase } from "./erase.ts";
import {
  type AnyRecord,
  CONTACTS,
  createRecordTable,
  JOBS,
  type RecordTable,
} from "./record-table.ts";

const DEFAULT_LIMIT = 1000;

const INSERT_SUBMISSION = `INSERT INTO jobber_submissions (tenant, delivery_key, channel, payload, created_at)
  VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1 AS inserted`;

const LIST_SUBMISSIONS = `SELECT tenant AS "tenant", delivery_key AS "deliveryKey", channel, payload, created_at AS "createdAt"
  FROM jobber_submissions WHERE tenant = ? ORDER BY rowid LIMIT ? OFFSET ?`;

const JOBS_OF_CLIENT = `SELECT jobber_job_id AS id FROM jobber_jobs INDEXED BY jobber_jobs_by_client
  WHERE tenant = ? AND jobber_client_id = ? AND deleted_at IS NULL ORDER BY jobber_job_id`;
const JOBS_OF_PROPERTY = `SELECT jobber_job_id AS id FROM jobber_jobs INDEXED BY jobber_jobs_by_property
  WHERE tenant = ? AND jobber_property_id = ? AND deleted_at IS NULL ORDER BY jobber_job_id`;

type SubmissionRow = Omit<SubmissionRecord, "payload"> & { readonly payload: string };

const contacts = createRecordTable(CONTACTS);
const jobs = createRecordTable(JOBS);

/** The feed that a store writes to. */
export interface StoreFeed {
  readonly isEnabled: () => boolean;
  readonly wake: () => void;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
}

/** Creates the store of a database. Reads, decides and writes rows inside one transaction. */
export function createStore(
  database: Database,
  feed: StoreFeed,
): SyncStore & SyncReader & RecordEraser {
  const prepareApply = createPrepareApply(feed);
  return {
    nextSequence() {
      return database.write((transaction) => transaction.nextSequence(), {
        withoutSavepoint: true,
      });
    },

    async apply(change) {
      const options = feed.isEnabled() ? { onCommit: feed.wake } : {};
      return database.write(prepareApply(change), options);
    },

    erase: createErase(database),

    async contact(tenant, id) {
      return database.read((connection) => contacts.find(connection, tenant, id)?.record ?? null);
    },
    async job(tenant, id) {
      return database.read((connection) => jobs.find(connection, tenant, id)?.record ?? null);
    },
    async fieldSources(tenant, type, id) {
      const find = type === "job" ? jobs.find : contacts.find;
      const row = database.read((connection) => find(connection, tenant, id));
      return row === undefined ? null : fieldSources(type, row);
    },
    async contacts(tenant, options) {
      return database.read((connection) => contacts.list(connection, tenant, options));
    },
    async jobs(tenant, options) {
      return database.read((connection) => jobs.list(connection, tenant, options));
    },
    async jobIds(tenant, { jobberClientId, jobberPropertyId }) {
      const [sql, id] =
        jobberClientId === undefined
          ? [JOBS_OF_PROPERTY, jobberPropertyId]
          : [JOBS_OF_CLIENT, jobberClientId];
      return database
        .read((connection) => connection.all<{ readonly id: string }>(sql, tenant, id ?? null))
        .map((row) => row.id);
    },
    async submissions(tenant, { limit = DEFAULT_LIMIT, offset = 0 } = {}) {
      const rows = database.read((connection) =>
        connection.all<SubmissionRow>(LIST_SUBMISSIONS, tenant, limit, offset),
      );
      return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) }));
    },
  };
}

/**
 * Creates the function that prepares the writes of a change, and those of the feed while it is
 * enabled. What it returns is the work inside a transaction.
 */
export function createPrepareApply(
  feed: Pick<StoreFeed, "isEnabled" | "now">,
): (change: SyncChange) => (transaction: Transaction) => SyncResult {
  return (change) => {
    const plan = planChange(change);
    // Serialised before the write lock is taken.
    const submissions = plan.submissions.map((submission) => ({
      ...submission,
      payload: JSON.stringify(submission.payload),
    }));
    const withChanges = feed.isEnabled();
    return (transaction) => {
      const result: SyncResult = {
        contacts: plan.contacts.map((row) => {
          const { tenant, jobberClientId } = row.record;
          return { tenant, jobberClientId, ...write(contacts, transaction, row) };
        }),
        jobs: plan.jobs.map((row) => {
          const { tenant, jobberJobId } = row.record;
          return { tenant, jobberJobId, ...write(jobs, transaction, row) };
        }),
        submissions: submissions.map(({ tenant, deliveryKey, channel, payload, createdAt }) => {
          const values = [tenant, deliveryKey, channel, payload, createdAt];
          const inserted = transaction.get(INSERT_SUBMISSION, ...values) !== undefined;
          return { tenant, deliveryKey, outcome: inserted ? "inserted" : "unchanged" };
        }),
      };
      if (!withChanges) return result;
      const written = [...result.contacts, ...result.jobs];
      const made = written.flatMap((each) => changeOf(each, change));
      writeChanges(transaction, made, wholeMs(feed.now()));
      return result;
    };
  };
}

function write<R extends AnyRecord>(
  table: RecordTable<R>,
  transaction: Transaction,
  incoming: VersionedRow<R>,
): WrittenRecord<R> {
  const { record } = incoming;
  const stored = table.find(transaction, record.tenant, table.idOf(record));
  const { outcome, row } = decideWrite(stored, incoming);
  if (row !== null) table.put(transaction, row);
  return writtenRecord(outcome, stored?.record ?? null, (row ?? stored ?? incoming).record);
}
