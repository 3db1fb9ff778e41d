import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import {
  type ChangePlan,
  type SyncResult,
  type WriteOutcome,
  type WrittenRecord,
  writtenRecord,
} from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";

/** Names and old values of the fields that a write changed. */
type Replaced = readonly (readonly [field: string, value: unknown])[];

/** A row that the statement wrote, and what it replaced. */
type Written<R> = readonly [outcome: WriteOutcome, record: R, replaced: Replaced | null];

/** A row that the statement skipped; empty if it is newer than the statement's snapshot. */
type Skipped<R> = readonly [outcome: WriteOutcome, record: R] | readonly [];

/** The response of the statement of `apply`. */
export interface Applied {
  readonly contacts: readonly Written<ContactRecord>[] | null;
  readonly jobs: readonly Written<JobRecord>[] | null;
  readonly skippedContacts: readonly Skipped<ContactRecord>[] | null;
  readonly skippedJobs: readonly Skipped<JobRecord>[] | null;
  readonly submissions: readonly (readonly [tenant: string, deliveryKey: string])[] | null;
}

/** Reads a record that the response lacks. */
export interface ReadRecord {
  contact(tenant: string, id: string): Promise<ContactRecord>;
  job(tenant: string, id: string): Promise<JobRecord>;
}

/**
 * Uses `jsonText`, so that characters which PostgreSQL cannot hold are replaced as in the stored
 * row.
 */
export function keyOf(kind: "c" | "j" | "s", tenant: string, id: string): string {
  return jsonText([kind, tenant, id]);
}

/**
 * Returns the results of several plans in the order of their records; the statement returns rows in
 * no defined order.
 */
export function resultsOf(
  plans: readonly ChangePlan[],
  applied: Applied,
  read: ReadRecord,
): Promise<readonly SyncResult[]> {
  const contacts = byKey(applied.contacts, applied.skippedContacts, (contact) =>
    keyOf("c", contact.tenant, contact.jobberClientId),
  );
  const jobs = byKey(applied.jobs, applied.skippedJobs, (job) =>
    keyOf("j", job.tenant, job.jobberJobId),
  );
  const inserted = new Set(applied.submissions?.map(([tenant, key]) => keyOf("s", tenant, key)));
  return Promise.all(plans.map(resultOf));

  async function resultOf(plan: ChangePlan): Promise<SyncResult> {
    return {
      contacts: await Promise.all(
        plan.contacts.map(async ({ record: { tenant, jobberClientId } }) => {
          const written =
            contacts.get(keyOf("c", tenant, jobberClientId)) ??
            unchanged(await read.contact(tenant, jobberClientId));
          return { tenant, jobberClientId, ...written };
        }),
      ),
      jobs: await Promise.all(
        plan.jobs.map(async ({ record: { tenant, jobberJobId } }) => {
          const written =
            jobs.get(keyOf("j", tenant, jobberJobId)) ??
            unchanged(await read.job(tenant, jobberJobId));
          return { tenant, jobberJobId, ...written };
        }),
      ),
      submissions: plan.submissions.map(({ tenant, deliveryKey }) => ({
        tenant,
        deliveryKey,
        outcome: inserted.has(keyOf("s", tenant, deliveryKey)) ? "inserted" : "unchanged",
      })),
    };
  }
}

function byKey<R extends JobRecord | ContactRecord>(
  written: readonly Written<R>[] | null,
  skipped: readonly Skipped<R>[] | null,
  key: (record: R) => string,
): ReadonlyMap<string, WrittenRecord<R>> {
  const records = new Map<string, WrittenRecord<R>>();
  for (const [outcome, after, replaced] of written ?? []) {
    const before =
      outcome === "inserted" ? null : { ...after, ...Object.fromEntries(replaced ?? []) };
    records.set(key(after), writtenRecord(outcome, before, after));
  }
  for (const row of skipped ?? []) {
    if (row.length === 0) continue;
    const [outcome, record] = row;
    records.set(key(record), writtenRecord(outcome, record, record));
  }
  return records;
}

function unchanged<R extends JobRecord | ContactRecord>(record: R): WrittenRecord<R> {
  return writtenRecord("unchanged", record, record);
}
