import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import type { Instant } from "../time/instant.ts";
import { decideWrite, type VersionedRow, type WriteOutcome } from "./decide-write.ts";
import { planChange } from "./plan-change.ts";
import type {
  ReadOptions,
  SubmissionRecord,
  SyncChange,
  SyncReader,
  SyncResult,
  SyncStore,
} from "./sync-store.ts";

const DEFAULT_LIMIT = 1000;

/**
 * Creates a store in memory, for tests and experiments. It follows every rule of {@link SyncStore}
 * except durability: the process's end loses all records.
 */
export function createMemoryStore(): SyncStore & SyncReader {
  const contacts = new Map<string, VersionedRow<ContactRecord>>();
  const jobs = new Map<string, VersionedRow<JobRecord>>();
  const submissions = new Map<string, SubmissionRecord>();
  let sequence = 0;

  return {
    async nextSequence() {
      sequence += 1;
      return sequence;
    },

    async apply(change: SyncChange): Promise<SyncResult> {
      // There is no `await` below, so no other call can interleave.
      const plan = planChange(change);
      return {
        contacts: plan.contacts.map((row) => {
          const { tenant, jobberClientId } = row.record;
          return {
            tenant,
            jobberClientId,
            outcome: write(contacts, keyOf(tenant, jobberClientId), row),
          };
        }),
        jobs: plan.jobs.map((row) => {
          const { tenant, jobberJobId } = row.record;
          return { tenant, jobberJobId, outcome: write(jobs, keyOf(tenant, jobberJobId), row) };
        }),
        submissions: plan.submissions.map((submission) => {
          const { tenant, deliveryKey } = submission;
          const key = keyOf(tenant, deliveryKey);
          const known = submissions.has(key);
          if (!known) submissions.set(key, submission);
          return { tenant, deliveryKey, outcome: known ? "unchanged" : "inserted" };
        }),
      };
    },

    async jobs(tenant, options) {
      return page(
        recordsOf(jobs, tenant, (job) => job.jobberJobId, options?.ids),
        options,
      );
    },
    async contacts(tenant, options) {
      return page(
        recordsOf(contacts, tenant, (contact) => contact.jobberClientId, options?.ids),
        options,
      );
    },
    async submissions(tenant, options) {
      return page(
        [...submissions.values()].filter((submission) => submission.tenant === tenant),
        options,
      );
    },
  };
}

function write<R extends { readonly sourceUpdatedAt: Instant | null }>(
  table: Map<string, VersionedRow<R>>,
  key: string,
  incoming: VersionedRow<R>,
): WriteOutcome {
  const { outcome, row } = decideWrite(table.get(key), incoming);
  if (row !== null) table.set(key, row);
  return outcome;
}

function recordsOf<R extends { readonly tenant: string; readonly sourceUpdatedAt: Instant | null }>(
  table: Map<string, VersionedRow<R>>,
  tenant: string,
  idOf: (record: R) => string,
  ids?: readonly string[],
): readonly R[] {
  const rows =
    ids === undefined
      ? [...table.values()]
      : [...new Set(ids)].flatMap((id) => table.get(keyOf(tenant, id)) ?? []);
  return rows
    .map((row) => row.record)
    .filter((record) => record.tenant === tenant)
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

function page<T>(
  rows: readonly T[],
  { limit = DEFAULT_LIMIT, offset = 0 }: ReadOptions = {},
): readonly T[] {
  return rows.slice(offset, offset + limit);
}

function keyOf(tenant: string, id: string): string {
  return JSON.stringify([tenant, id]);
}
