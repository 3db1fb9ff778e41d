import type {
  ContactRecord,
  Instant,
  JobRecord,
  SubmissionRecord,
  SyncReader,
} from "@jobber-sync/core";
import {
  CONTACT_FIELDS,
  decideWrite,
  JOB_FIELDS,
  planChange,
  type SyncResult,
  type SyncStore,
  type VersionedRow,
  type WriteOutcome,
} from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { GroupCommit } from "../database/group-commit.ts";
import { reading } from "../database/store-error.ts";
import type { Transaction } from "../database/transaction.ts";
import { createRecordTable, type RecordTable } from "./record-table.ts";

const DEFAULT_LIMIT = 1000;

const CONTACTS = createRecordTable<ContactRecord>({
  table: "jobber_contacts",
  id: "jobberClientId",
  fields: CONTACT_FIELDS,
  booleans: ["isLead", "isArchived"],
});

const JOBS = createRecordTable<JobRecord>({
  table: "jobber_jobs",
  id: "jobberJobId",
  fields: JOB_FIELDS,
  booleans: [],
});

const INSERT_SUBMISSION = `INSERT INTO jobber_submissions (tenant, delivery_key, channel, payload, created_at)
  VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING 1 AS inserted`;

const LIST_SUBMISSIONS = `SELECT tenant AS "tenant", delivery_key AS "deliveryKey", channel, payload, created_at AS "createdAt"
  FROM jobber_submissions WHERE tenant = ? ORDER BY rowid LIMIT ? OFFSET ?`;

/** The store side: rows are read, decided on and written inside one transaction. */
export function createSqliteStore(
  connection: Connection,
  group: GroupCommit,
): SyncStore & SyncReader {
  return {
    nextSequence() {
      return group.write((transaction) => transaction.nextSequence(), { oneStatement: true });
    },

    async apply(change) {
      const plan = planChange(change);
      // Written down before the lock is taken.
      const submissions = plan.submissions.map((submission) => ({
        ...submission,
        payload: JSON.stringify(submission.payload),
      }));
      return group.write(
        (transaction): SyncResult => ({
          contacts: plan.contacts.map((row) => {
            const { tenant, jobberClientId } = row.record;
            return { tenant, jobberClientId, outcome: write(CONTACTS, transaction, row) };
          }),
          jobs: plan.jobs.map((row) => {
            const { tenant, jobberJobId } = row.record;
            return { tenant, jobberJobId, outcome: write(JOBS, transaction, row) };
          }),
          submissions: submissions.map(({ tenant, deliveryKey, channel, payload, createdAt }) => {
            const values = [tenant, deliveryKey, channel, payload, createdAt];
            const inserted = transaction.get(INSERT_SUBMISSION, ...values) !== undefined;
            return { tenant, deliveryKey, outcome: inserted ? "inserted" : "unchanged" };
          }),
        }),
      );
    },

    async contacts(tenant, { limit = DEFAULT_LIMIT, offset = 0 } = {}) {
      return reading(() => CONTACTS.list(connection, tenant, limit, offset));
    },
    async jobs(tenant, { limit = DEFAULT_LIMIT, offset = 0 } = {}) {
      return reading(() => JOBS.list(connection, tenant, limit, offset));
    },
    async submissions(tenant, { limit = DEFAULT_LIMIT, offset = 0 } = {}) {
      const rows = reading(() =>
        connection.all<Omit<SubmissionRecord, "payload"> & { readonly payload: string }>(
          LIST_SUBMISSIONS,
          tenant,
          limit,
          offset,
        ),
      );
      return rows.map((row) => ({ ...row, payload: JSON.parse(row.payload) }));
    },
  };
}

function write<R extends { readonly tenant: string; readonly sourceUpdatedAt: Instant | null }>(
  table: RecordTable<R>,
  transaction: Transaction,
  incoming: VersionedRow<R>,
): WriteOutcome {
  const { outcome, row } = decideWrite(table.find(transaction, incoming.record), incoming);
  if (row !== null) table.put(transaction, row);
  return outcome;
}
