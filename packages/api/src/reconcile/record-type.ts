import type { ContactRecord, Instant, JobRecord } from "@jobber-sync/core";
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
import { CLIENTS_PAGE_DOCUMENT } from "../documents/clients-page-document.ts";
import type { Document } from "../documents/document.ts";
import type { JobData } from "../documents/job-fields.ts";
import { JOB_IDS_DOCUMENT } from "../documents/job-ids-document.ts";
import { JOBS_PAGE_DOCUMENT } from "../documents/jobs-page-document.ts";
import type { PageData, PageVariables } from "../documents/page.ts";
import { mapClient } from "../mapping/map-client.ts";
import { mapJob } from "../mapping/map-job.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import type { RecordType } from "./reconcile-report.ts";

/** A record that a walk has read. */
export type ReadRecord =
  | { readonly type: "client"; readonly id: string; readonly record: FetchedClient }
  | { readonly type: "job"; readonly id: string; readonly record: FetchedJob };

/** A stored record as a sweep sees it. */
export type StoredRecord =
  | { readonly type: "client"; readonly id: string; readonly row: ContactRecord }
  | { readonly type: "job"; readonly id: string; readonly row: JobRecord };

/** A page query of one record type. */
export interface PageQuery {
  readonly document: Document<Readonly<Record<string, PageData<unknown>>>, PageVariables>;
  readonly variables: PageVariables;
  /** The root field of the response. */
  readonly field: "clients" | "jobs";
}

/** Returns the query for a page of records, or of their ids only. */
export function pageQuery(
  type: RecordType,
  page: PageVariables & { readonly since: Instant | null },
  { idsOnly = false }: { readonly idsOnly?: boolean } = {},
): PageQuery {
  const { since, ...variables } = page;
  if (type === "job") {
    const document = idsOnly ? JOB_IDS_DOCUMENT : JOBS_PAGE_DOCUMENT;
    return { document: document as PageQuery["document"], variables, field: "jobs" };
  }
  const filter = since === null ? {} : { updatedAt: { after: since } };
  const document = idsOnly ? CLIENT_IDS_DOCUMENT : CLIENTS_PAGE_DOCUMENT;
  return {
    document: document as unknown as PageQuery["document"],
    variables: { ...variables, filter } as PageVariables,
    field: "clients",
  };
}

/** Maps a node of a page. @throws {JobberSyncError} `ERR_API_RESPONSE` for an unreadable node */
export function mapNode(
  type: RecordType,
  node: unknown,
  { statusOverrides }: Pick<ReconcileContext, "statusOverrides">,
): ReadRecord {
  if (type === "client") {
    const record = mapClient(node as ClientData);
    return { type, id: record.jobberClientId, record };
  }
  const record = mapJob(node as JobData, statusOverrides);
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
    | { readonly limit: number; readonly offset: number },
): Promise<readonly StoredRecord[]> {
  if (type === "client") {
    const rows = await store.contacts(tenant, options);
    return rows.map((row) => ({ type, id: row.jobberClientId, row }));
  }
  const rows = await store.jobs(tenant, options);
  return rows.map((row) => ({ type, id: row.jobberJobId, row }));
}

/** Compares a read record with the stored one: every field that was read and the source time. */
export function isStored(read: ReadRecord, stored: StoredRecord | undefined): boolean {
  if (stored === undefined || read.type !== stored.type) return false;
  if (read.record.sourceUpdatedAt !== stored.row.sourceUpdatedAt) return false;
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
  const position = { tenant, mode: "replace", sequence, ...(revive ? { revive } : {}) } as const;
  const result = await store.apply({
    contacts: records.flatMap((read) =>
      read.type === "client" ? [{ ...position, ...read.record }] : [],
    ),
    jobs: records.flatMap((read) => (read.type === "job" ? [{ ...position, ...read.record }] : [])),
    submissions: [],
  });
  return [...result.contacts, ...result.jobs].map(({ outcome }) => outcome);
}
