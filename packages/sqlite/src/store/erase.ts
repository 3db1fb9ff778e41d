import type { SubmissionRecord } from "@jobber-sync/core";
import {
  emptiedRow,
  erasedPayload,
  type RecordEraser,
  sealedContact,
  sealedJob,
} from "@jobber-sync/core/ports";
import { eraseChanges } from "../changes/erase-changes.ts";
import type { Database } from "../database/database.ts";
import { emptyLog } from "../database/empty-log.ts";
import type { Transaction } from "../database/transaction.ts";
import { CONTACTS, createRecordTable, JOBS } from "./record-table.ts";

const contacts = createRecordTable(CONTACTS);
const jobs = createRecordTable(JOBS);

const CLIENT_IDS = "SELECT jobber_client_id AS id FROM jobber_contacts WHERE tenant = ?";
const JOB_IDS = "SELECT jobber_job_id AS id FROM jobber_jobs WHERE tenant = ?";
const JOBS_OF_CLIENT = `${JOB_IDS} AND jobber_client_id = ?`;

const SUBMISSIONS = `SELECT rowid, payload FROM jobber_submissions WHERE tenant = ? AND (?
    OR delivery_key IN (SELECT value FROM json_each(?))
    OR coalesce(payload ->> 'jobber_job_id', payload ->> 'jobber_client_id') IN (SELECT value FROM json_each(?)))`;
const ERASE_SUBMISSION = "UPDATE jobber_submissions SET payload = ? WHERE rowid = ?";

/**
 * Creates `erase`. One transaction, so that a reader never sees half of an erasure; other writers
 * of the file wait for it.
 */
export function createErase(database: Database): RecordEraser["erase"] {
  return async (erasure) => {
    const { tenant, jobberClientId, deliveryKeys = [] } = erasure;
    const one = jobberClientId === undefined ? null : { ...erasure, jobberClientId };
    const erased = await database.write((transaction) => {
      const sequence = transaction.nextSequence();
      const clients = one ? [one.jobberClientId] : idsOf(transaction, CLIENT_IDS, tenant);
      for (const id of clients) {
        const stored = contacts.find(transaction, tenant, id);
        if (one) contacts.put(transaction, sealedContact(stored, one));
        else if (stored) contacts.put(transaction, emptiedRow(stored, erasure, sequence));
      }
      const jobIds = one
        ? idsOf(transaction, JOBS_OF_CLIENT, tenant, one.jobberClientId)
        : idsOf(transaction, JOB_IDS, tenant);
      for (const id of jobIds) {
        const stored = jobs.find(transaction, tenant, id);
        if (stored === undefined) continue;
        jobs.put(transaction, one ? sealedJob(stored) : emptiedRow(stored, erasure, sequence));
      }
      const rows = transaction.all<{ readonly rowid: number; readonly payload: string }>(
        SUBMISSIONS,
        tenant,
        one === null ? 1 : 0,
        JSON.stringify(deliveryKeys),
        JSON.stringify([...clients, ...jobIds]),
      );
      for (const { rowid, payload } of rows) {
        const parsed: SubmissionRecord["payload"] = JSON.parse(payload);
        transaction.run(ERASE_SUBMISSION, JSON.stringify(erasedPayload(parsed)), rowid);
      }
      const records = [
        ...clients.map((id) => contacts.find(transaction, tenant, id)),
        ...jobIds.map((id) => jobs.find(transaction, tenant, id)),
      ];
      const left = records.flatMap((row) => (row === undefined ? [] : [row.record]));
      eraseChanges(transaction, tenant, left);
      return { contacts: clients, jobs: jobIds, submissions: rows.length };
    });
    database.read(emptyLog);
    return erased;
  };
}

function idsOf(transaction: Transaction, sql: string, ...values: string[]): readonly string[] {
  return transaction.all<{ readonly id: string }>(sql, ...values).map(({ id }) => id);
}
