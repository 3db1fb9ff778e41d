import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import {
  CONTACT_FIELDS,
  canonicalExtra,
  JOB_FIELDS,
  type SyncResult,
  type WrittenRecord,
} from "@jobber-sync/core/ports";
import { expectedRecords } from "./expected-records.ts";
import type { HistoryObject, HistoryWrite } from "./history.ts";

type AnyRecord = JobRecord | ContactRecord;

/** The result of one object of an `apply` call. */
export interface WrittenObject {
  readonly object: HistoryObject;
  readonly written: WrittenRecord<AnyRecord>;
}

/** Returns the results of jobs and contacts as one list. */
export function writtenObjects({ jobs, contacts }: SyncResult): readonly WrittenObject[] {
  return [
    ...jobs.map(({ jobberJobId, ...written }) => ({
      object: { kind: "job", id: jobberJobId } as const,
      written: written as unknown as WrittenRecord<AnyRecord>,
    })),
    ...contacts.map(({ jobberClientId, ...written }) => ({
      object: { kind: "contact", id: jobberClientId } as const,
      written: written as unknown as WrittenRecord<AnyRecord>,
    })),
  ];
}

/** Compares one result with the records that the writes before and after it define. */
export function checkWritten(
  tenant: string,
  { kind }: HistoryObject,
  {
    written,
    before,
    after,
  }: {
    readonly written: WrittenRecord<AnyRecord>;
    readonly before: readonly HistoryWrite[];
    readonly after: readonly HistoryWrite[];
  },
): void {
  const recordOf = (writes: readonly HistoryWrite[]): AnyRecord | null => {
    const { jobs, contacts } = expectedRecords(tenant, writes);
    return jobs[0] ?? contacts[0] ?? null;
  };
  deepStrictEqual(written.before, recordOf(before), "the record before the write");
  deepStrictEqual(written.after, recordOf(after), "the record after the write");
  checkNames(kind, written);
}

function checkNames(
  kind: HistoryObject["kind"],
  { before, after, changed }: WrittenRecord<AnyRecord>,
): void {
  const fields = kind === "job" ? JOB_FIELDS : CONTACT_FIELDS;
  const value = (record: AnyRecord | null, name: string) =>
    (record as Readonly<Record<string, unknown>> | null)?.[name] ?? null;
  deepStrictEqual(
    changed,
    [...fields, "sourceUpdatedAt", "deletedAt"].filter(
      (name) => !isDeepStrictEqual(value(before, name), value(after, name)),
    ),
    "the names of the changed fields",
  );
}

/**
 * Checks results of concurrent writes, whose order is unknown: they must form a chain from no
 * record to the stored one. Each state is therefore left as often as it was reached, except for the
 * first and the last.
 */
export function checkChains(results: readonly WrittenObject[], stored: readonly AnyRecord[]): void {
  const balance = new Map<string, number>();
  const count = (record: AnyRecord, by: number) => {
    const state = JSON.stringify(canonicalExtra(record));
    balance.set(state, (balance.get(state) ?? 0) + by);
  };
  let created = 0;
  for (const { object, written } of results) {
    checkNames(object.kind, written);
    if (written.changed.length === 0 && written.before !== null) continue;
    count(written.after, 1);
    if (written.before === null) created += 1;
    else count(written.before, -1);
  }
  for (const record of stored) count(record, -1);
  strictEqual(created, stored.length, "the number of records that were new");
  const gaps = [...balance].filter(([, difference]) => difference !== 0);
  deepStrictEqual(gaps, [], "results that no order of the writes explains");
}
