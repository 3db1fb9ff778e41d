import type { ContactRecord, Instant, JobRecord, RecordExtras } from "@jobber-sync/core";
import {
  CONTACT_FIELDS,
  canonicalExtra,
  type FetchedClient,
  type FetchedJob,
  JOB_FIELDS,
  sameValue,
} from "@jobber-sync/core/ports";
import type { ClientData } from "../documents/client-fields.ts";
import { CLIENT_IDS_DOCUMENT } from "../documents/client-ids-document.ts";
import type { Document } from "../documents/document.ts";
import type { Documents } from "../documents/documents.ts";
import type { JobData } from "../documents/job-fields.ts";
import { JOB_IDS_DOCUMENT } from "../documents/job-ids-document.ts";
import type { PageData, PageVariables } from "../documents/page.ts";
import { mapClient } from "../mapping/map-client.ts";
import { mapJob } from "../mapping/map-job.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import type { RecordType } from "./reconcile-report.ts";

/** A record that a walk has read. */
export type ReadRecord =
  | { readonly type: "client"; readonly id: string; readonly record: FetchedClient<RecordExtras> }
  | { readonly type: "job"; readonly id: string; readonly record: FetchedJob<RecordExtras> };

/** A stored record as a sweep sees it. */
export type StoredRecord =
  | { readonly type: "client"; readonly id: string; readonly row: ContactRecord }
  | { readonly type: "job"; readonly id: string; readonly row: JobRecord };

type PageDocument = Document<Readonly<Record<string, PageData<unknown>>>, PageVariables>;

/** The page queries of one record type. */
export interface PageQueries {
  /** The root field of the response. */
  readonly field: "clients" | "jobs";
  /** Returns the document that reads a page of records. */
  readonly recordsOf: (documents: Documents) => PageDocument;
  /** Reads the ids of a page only. */
  readonly ids: PageDocument;
  /** Returns the variables of both. */
  readonly variablesOf: (page: PageVariables & { readonly since: Instant | null }) => PageVariables;
}

const PAGE_QUERIES: Readonly<Record<RecordType, PageQueries>> = {
  client: {
    field: "clients",
    recordsOf: ({ clientsPage }) => clientsPage as unknown as PageDocument,
    ids: CLIENT_IDS_DOCUMENT as unknown as PageDocument,
    variablesOf: ({ since, ...page }) => {
      const filter = since === null ? {} : { updatedAt: { after: since } };
      return { ...page, filter } as PageVariables;
    },
  },
  job: {
    field: "jobs",
    recordsOf: ({ jobsPage }) => jobsPage as PageDocument,
    ids: JOB_IDS_DOCUMENT as PageDocument,
    variablesOf: ({ since: _unused, ...page }) => page,
  },
};

/** Returns the page queries of a record type. */
export function pageQueries(type: RecordType): PageQueries {
  return PAGE_QUERIES[type];
}

/** Maps a node of a page. @throws {JobberSyncError} `ERR_API_RESPONSE` for an unreadable node */
export function mapNode(
  type: RecordType,
  node: unknown,
  { api, extra }: Pick<ReconcileContext, "api" | "extra">,
): ReadRecord {
  if (type === "client") {
    const record = mapClient(node as ClientData, { extra });
    return { type, id: record.jobberClientId, record };
  }
  const { statusOverrides } = api;
  const record = mapJob(node as JobData, { statusOverrides, extra });
  return { type, id: record.jobberJobId, record };
}

/** Fetches one record by its id; `null` when Jobber has no such record. */
export async function fetchRecord(
  { api, tenant, signal }: ReconcileContext,
  type: RecordType,
  id: string,
): Promise<ReadRecord | null> {
  const fetched = await api.fetch(tenant, type, id, { signal });
  if (fetched === null) return null;
  if (type === "client") {
    const record = fetched.contacts[0];
    return record === undefined ? null : { type, id: record.jobberClientId, record };
  }
  const record = fetched.jobs[0];
  return record === undefined ? null : { type, id: record.jobberJobId, record };
}

/** Reads stored records: those with the given ids, or a page in ascending order of ids. */
export async function readStored(
  { store, tenant }: Pick<ReconcileContext, "store" | "tenant">,
  type: RecordType,
  options:
    | { readonly ids: readonly string[] }
    | { readonly limit: number; readonly afterId: string },
): Promise<readonly StoredRecord[]> {
  if (type === "client") {
    const rows = await store.contacts(tenant, options);
    return rows.map((row) => ({ type, id: row.jobberClientId, row }));
  }
  const rows = await store.jobs(tenant, options);
  return rows.map((row) => ({ type, id: row.jobberJobId, row }));
}

/**
 * Compares a read record with the stored one: every field that was read, the source time, and that
 * it is not deleted.
 */
export function isStored(read: ReadRecord, stored: StoredRecord | undefined): boolean {
  if (stored === undefined || read.type !== stored.type) return false;
  if (read.record.sourceUpdatedAt !== stored.row.sourceUpdatedAt) return false;
  if (stored.row.deletedAt !== null) return false;
  const names: readonly string[] = read.type === "client" ? CONTACT_FIELDS : JOB_FIELDS;
  const fields = read.record.fields as Readonly<Record<string, unknown>>;
  const row = stored.row as unknown as Readonly<Record<string, unknown>>;
  return names.every(
    (name) =>
      fields[name] === undefined || sameValue(canonicalValue(fields[name]), row[name] ?? null),
  );
}

/** Stores keep `extra` in canonical form. */
function canonicalValue(value: unknown): unknown {
  return typeof value === "object" && value !== null ? canonicalExtra(value) : value;
}

/** Writes records in one change, at the position of `sequence`. */
export async function writeRecords(
  { store, tenant }: Pick<ReconcileContext, "store" | "tenant">,
  records: readonly ReadRecord[],
  { sequence, revive = false }: { readonly sequence: number; readonly revive?: boolean },
) {
  const position = { tenant, mode: "replace", sequence, seen: true, revive } as const;
  const result = await store.apply({
    contacts: records.flatMap((read) =>
      read.type === "client" ? [{ ...position, ...read.record }] : [],
    ),
    jobs: records.flatMap((read) => (read.type === "job" ? [{ ...position, ...read.record }] : [])),
    submissions: [],
    cause: "reconcile",
  });
  return [...result.contacts, ...result.jobs].map(({ outcome }) => outcome);
}
