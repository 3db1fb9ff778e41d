import type { ChangeFeed } from "../changes/change-feed.ts";
import { createMemoryChangeFeed } from "../changes/memory-change-feed.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import { decideWrite, type VersionedRow } from "./decide-write.ts";
import { fieldSources } from "./field-sources.ts";
import { planChange } from "./plan-change.ts";
import { changeOf, initialChange } from "./record-changes.ts";
import {
  emptiedRow,
  erasedPayload,
  type RecordEraser,
  sealedContact,
  sealedJob,
} from "./record-eraser.ts";
import type {
  ReadOptions,
  SubmissionRecord,
  SyncChange,
  SyncReader,
  SyncResult,
  SyncStore,
} from "./sync-store.ts";
import { type WrittenRecord, writtenRecord } from "./written-record.ts";

const DEFAULT_LIMIT = 1000;

/** Options of {@link createMemoryStore}. */
export interface MemoryStoreOptions {
  /** Whether `apply` writes changes, see `ChangeFeed.enable`. @default false */
  readonly changes?: boolean | undefined;
  /** The clock of the changes. Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** A store in memory, and the feed of its changes. */
export interface MemoryStore extends SyncStore, SyncReader, RecordEraser {
  readonly changes: ChangeFeed;
}

/**
 * Creates a store in memory, for tests and experiments. It follows every rule of {@link SyncStore}
 * except durability: the process's end loses all records.
 */
export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const contacts = new Map<string, VersionedRow<ContactRecord>>();
  const jobs = new Map<string, VersionedRow<JobRecord>>();
  const submissions = new Map<string, SubmissionRecord>();
  let sequence = 0;
  const nextSequence = () => {
    sequence += 1;
    return sequence;
  };
  const changes = createMemoryChangeFeed({
    nextSequence,
    now: options.now ?? Date.now,
    stored: (tenant) =>
      [...recordsOf(contacts, tenant, contactId), ...recordsOf(jobs, tenant, jobId)].map(
        initialChange,
      ),
  });
  if (options.changes === true) changes.feed.enable();

  return {
    changes: changes.feed,

    async nextSequence() {
      return nextSequence();
    },

    async apply(change: SyncChange): Promise<SyncResult> {
      // There is no `await` below, so no other call can interleave.
      const plan = planChange(change);
      const result: SyncResult = {
        contacts: plan.contacts.map((row) => {
          const { tenant, jobberClientId } = row.record;
          const key = keyOf(tenant, jobberClientId);
          return { tenant, jobberClientId, ...write(contacts, key, row) };
        }),
        jobs: plan.jobs.map((row) => {
          const { tenant, jobberJobId } = row.record;
          return { tenant, jobberJobId, ...write(jobs, keyOf(tenant, jobberJobId), row) };
        }),
        submissions: plan.submissions.map((submission) => {
          const { tenant, deliveryKey } = submission;
          const key = keyOf(tenant, deliveryKey);
          const known = submissions.has(key);
          if (!known) submissions.set(key, submission);
          return { tenant, deliveryKey, outcome: known ? "unchanged" : "inserted" };
        }),
      };
      changes.write([...result.contacts, ...result.jobs].flatMap((each) => changeOf(each, change)));
      return result;
    },

    async erase(erasure) {
      const { tenant, jobberClientId, deliveryKeys = [] } = erasure;
      const one = jobberClientId === undefined ? null : { ...erasure, jobberClientId };
      const sequence = nextSequence();
      const clients = one ? [one.jobberClientId] : idsOf(contacts, tenant, contactId);
      for (const id of clients) {
        const key = keyOf(tenant, id);
        const stored = contacts.get(key);
        if (one) contacts.set(key, sealedContact(stored, one));
        else if (stored) contacts.set(key, emptiedRow(stored, erasure, sequence));
      }
      const erasedJobs = idsOf(
        jobs,
        tenant,
        jobId,
        (job) => one === null || job.jobberClientId === one.jobberClientId,
      );
      for (const id of erasedJobs) {
        const stored = jobs.get(keyOf(tenant, id));
        if (stored === undefined) continue;
        jobs.set(
          keyOf(tenant, id),
          one ? sealedJob(stored) : emptiedRow(stored, erasure, sequence),
        );
      }
      const ids = new Set([...clients, ...erasedJobs]);
      let erased = 0;
      for (const [key, submission] of submissions) {
        if (submission.tenant !== tenant) continue;
        const { payload, deliveryKey } = submission;
        const id = "jobber_job_id" in payload ? payload.jobber_job_id : payload.jobber_client_id;
        if (one !== null && !ids.has(id) && !deliveryKeys.includes(deliveryKey)) continue;
        submissions.set(key, { ...submission, payload: erasedPayload(payload) });
        erased += 1;
      }
      changes.erase([
        ...clients.flatMap((id) => contacts.get(keyOf(tenant, id))?.record ?? []),
        ...erasedJobs.flatMap((id) => jobs.get(keyOf(tenant, id))?.record ?? []),
      ]);
      return { contacts: clients, jobs: erasedJobs, submissions: erased };
    },

    async job(tenant, jobberJobId) {
      return jobs.get(keyOf(tenant, jobberJobId))?.record ?? null;
    },
    async contact(tenant, jobberClientId) {
      return contacts.get(keyOf(tenant, jobberClientId))?.record ?? null;
    },
    async fieldSources(tenant, type, id) {
      const row = (type === "job" ? jobs : contacts).get(keyOf(tenant, id));
      return row === undefined ? null : fieldSources(type, row);
    },
    async jobs(tenant, options) {
      return page(recordsOf(jobs, tenant, jobId, options), options);
    },
    async jobIds(tenant, { jobberClientId, jobberPropertyId }) {
      return [...jobs.values()]
        .map(({ record }) => record)
        .filter(
          (job) =>
            job.tenant === tenant &&
            job.deletedAt === null &&
            (jobberClientId === undefined || job.jobberClientId === jobberClientId) &&
            (jobberPropertyId === undefined || job.jobberPropertyId === jobberPropertyId),
        )
        .map(({ jobberJobId }) => jobberJobId)
        .sort((a, b) => (a < b ? -1 : 1));
    },
    async contacts(tenant, options) {
      return page(recordsOf(contacts, tenant, contactId, options), options);
    },
    async submissions(tenant, options) {
      return page(
        [...submissions.values()].filter((submission) => submission.tenant === tenant),
        options,
      );
    },
  };
}

function write<R extends JobRecord | ContactRecord>(
  table: Map<string, VersionedRow<R>>,
  key: string,
  incoming: VersionedRow<R>,
): WrittenRecord<R> {
  const stored = table.get(key);
  const { outcome, row } = decideWrite(stored, incoming);
  if (row !== null) table.set(key, row);
  return writtenRecord(outcome, stored?.record ?? null, (row ?? stored ?? incoming).record);
}

function recordsOf<R extends JobRecord | ContactRecord>(
  table: Map<string, VersionedRow<R>>,
  tenant: string,
  idOf: (record: R) => string,
  { ids, afterId }: ReadOptions = {},
): readonly R[] {
  const rows =
    ids === undefined
      ? [...table.values()]
      : [...new Set(ids)].flatMap((id) => table.get(keyOf(tenant, id)) ?? []);
  return rows
    .map((row) => row.record)
    .filter((record) => record.tenant === tenant)
    .filter((record) => afterId === undefined || idOf(record) > afterId)
    .sort((a, b) => (idOf(a) < idOf(b) ? -1 : 1));
}

const jobId = (job: JobRecord): string => job.jobberJobId;
const contactId = (contact: ContactRecord): string => contact.jobberClientId;

function idsOf<R extends JobRecord | ContactRecord>(
  table: Map<string, VersionedRow<R>>,
  tenant: string,
  idOf: (record: R) => string,
  fits: (record: R) => boolean = () => true,
): readonly string[] {
  return recordsOf(table, tenant, idOf).filter(fits).map(idOf);
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
