import { CONTACT_FIELDS, type ContactRecord } from "../records/contact-record.ts";
import { canonicalExtra } from "../records/extra.ts";
import { JOB_FIELDS, type JobRecord } from "../records/job-record.ts";
import { type AnyRecord, decideWrite, type VersionedRow } from "./decide-write.ts";
import type { ContactWrite, JobWrite, SubmissionWrite, SyncChange } from "./sync-store.ts";
import { encodeTombstone, encodeVersion, implicitVersion, NEVER, type Version } from "./version.ts";

/** A change as rows: one per record, in the order of writing. */
export interface ChangePlan {
  readonly contacts: readonly VersionedRow<ContactRecord>[];
  readonly jobs: readonly VersionedRow<JobRecord>[];
  readonly submissions: readonly SubmissionWrite[];
}

/**
 * Converts writes to the rows that {@link decideWrite} compares: merges several writes of one
 * record into one row, and sorts by id. Without a stored row, a row can be inserted unchanged.
 */
export function planChange(change: SyncChange): ChangePlan {
  return {
    contacts: mergeByKey(change.contacts.map(contactRow), (row) => row.jobberClientId),
    jobs: mergeByKey(change.jobs.map(jobRow), (row) => row.jobberJobId),
    submissions: uniqueSubmissions(change.submissions),
  };
}

function contactRow(write: ContactWrite): VersionedRow<ContactRecord> {
  const { tenant, jobberClientId } = write;
  return rowOf<ContactRecord>({ tenant, jobberClientId }, CONTACT_FIELDS, write);
}

function jobRow(write: JobWrite): VersionedRow<JobRecord> {
  const { tenant, jobberJobId } = write;
  return rowOf<JobRecord>({ tenant, jobberJobId }, JOB_FIELDS, write);
}

function rowOf<R extends AnyRecord>(
  key: Readonly<Record<string, string>>,
  names: readonly string[],
  write: ContactWrite | JobWrite,
): VersionedRow<R> {
  const record: Record<string, unknown> = { ...key };
  const fieldVersions: Record<string, Version> = {};
  if (write.mode === "delete") {
    for (const name of names) record[name] = null;
    record.sourceUpdatedAt = null;
    record.deletedAt = write.deletedAt;
    // Tombstones are ordered by sequence alone, because a delete has no source time.
    const register = write.inferred === true ? "missingAt" : "deletedAt";
    fieldVersions[register] = encodeTombstone(write.sequence, write.deletedAt);
    return { record: record as unknown as R, version: NEVER, fieldVersions };
  }
  const version = encodeVersion(write.sourceUpdatedAt, write.sequence);
  const rowVersion = write.mode === "fill" ? NEVER : version;
  const fields: Readonly<Record<string, unknown>> = write.fields;
  for (const name of names) {
    const value = fields[name];
    const given = value !== undefined && !(write.mode === "fill" && value === null);
    record[name] = given ? storedValue(name, value) : null;
    const now = given ? version : NEVER;
    if (now !== implicitVersion(name, rowVersion)) fieldVersions[name] = now;
  }
  record.sourceUpdatedAt = write.mode === "fill" ? null : write.sourceUpdatedAt;
  record.deletedAt = null;
  const sighting = encodeTombstone(write.sequence, null);
  if (write.revive === true) fieldVersions.deletedAt = sighting;
  if (write.revive === true || write.seen === true) fieldVersions.missingAt = sighting;
  return {
    record: record as unknown as R,
    version: rowVersion,
    fieldVersions: Object.keys(fieldVersions).length === 0 ? null : fieldVersions,
  };
}

/** Brings `extra` to its canonical form, so that every store compares the same text. */
function storedValue(name: string, value: unknown): unknown {
  return name === "extra" && typeof value === "object" && value !== null
    ? canonicalExtra(value)
    : value;
}

function mergeByKey<R extends AnyRecord & { readonly tenant: string }>(
  rows: readonly VersionedRow<R>[],
  idOf: (record: R) => string,
): readonly VersionedRow<R>[] {
  if (rows.length < 2) return rows;
  const byKey = new Map<string, VersionedRow<R>>();
  for (const row of rows) {
    const key = JSON.stringify([row.record.tenant, idOf(row.record)]);
    const before = byKey.get(key);
    byKey.set(key, before === undefined ? row : (decideWrite(before, row).row ?? before));
  }
  return [...byKey.values()].sort(
    (a, b) =>
      compareText(a.record.tenant, b.record.tenant) || compareText(idOf(a.record), idOf(b.record)),
  );
}

function uniqueSubmissions(submissions: readonly SubmissionWrite[]): readonly SubmissionWrite[] {
  if (submissions.length < 2) return submissions;
  const byKey = new Map<string, SubmissionWrite>();
  for (const submission of submissions) {
    const key = JSON.stringify([submission.tenant, submission.deliveryKey]);
    if (!byKey.has(key)) byKey.set(key, submission);
  }
  return [...byKey.values()];
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
