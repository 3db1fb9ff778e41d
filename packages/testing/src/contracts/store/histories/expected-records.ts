import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import { CONTACT_FIELDS, JOB_FIELDS } from "@jobber-sync/core/ports";
import { type HistoryObject, type HistoryValue, type HistoryWrite, printTime } from "./history.ts";

/** The expected content of a store after some writes, in whatever order. */
export interface ExpectedRecords {
  readonly jobs: readonly JobRecord[];
  readonly contacts: readonly ContactRecord[];
}

/**
 * Derives the stored records from the definition alone: of all writes of a field, the one with the
 * greatest `(time ?? −∞, sequence)`; of those at the same position, the one applied last. Shares no
 * code with the stores.
 *
 * @param writes in the order in which they were applied
 */
export function expectedRecords(tenant: string, writes: readonly HistoryWrite[]): ExpectedRecords {
  return {
    jobs: idsOf(writes, "job").map(
      (id) =>
        ({
          tenant,
          jobberJobId: id,
          ...expectedFields(writesTo(writes, { kind: "job", id }), JOB_FIELDS),
        }) as unknown as JobRecord,
    ),
    contacts: idsOf(writes, "contact").map(
      (id) =>
        ({
          tenant,
          jobberClientId: id,
          ...expectedFields(writesTo(writes, { kind: "contact", id }), CONTACT_FIELDS),
        }) as unknown as ContactRecord,
    ),
  };
}

/** Returns the fields of one record after `writes`, which are all of that record. */
export function expectedFields(
  writes: readonly HistoryWrite[],
  names: readonly string[],
): Readonly<Record<string, HistoryValue>> {
  const record: Record<string, HistoryValue> = {};
  for (const name of names) {
    record[name] =
      last(writes.flatMap((write) => (gives(write, name) ? [write] : [])))?.fields[name] ?? null;
  }
  const whole = last(writes.filter(isWhole));
  record.sourceUpdatedAt = whole === null || whole.time === null ? null : printTime(whole.time);
  record.deletedAt =
    deletedIn(writes, (write) => (write.mode === "delete" ? !write.inferred : write.revive)) ??
    deletedIn(writes, (write) =>
      write.mode === "delete" ? write.inferred : write.seen || write.revive,
    );
  return record;
}

/** Returns the time of deletion in one register, which the last of its writes sets or clears. */
function deletedIn(
  writes: readonly HistoryWrite[],
  concerns: (write: HistoryWrite) => boolean,
): string | null {
  const word = lastBySequence(writes.filter(concerns));
  return word?.mode === "delete" ? printTime(word.deletedAt) : null;
}

/** Returns the writes of `object`. */
export function writesTo(
  writes: readonly HistoryWrite[],
  { kind, id }: HistoryObject,
): readonly HistoryWrite[] {
  return writes.filter((write) => write.kind === kind && write.id === id);
}

/** A write of fields with its position in the total order. */
export type FieldWrite = Exclude<HistoryWrite, { readonly mode: "delete" }>;

/** Whether the write moves the record's own time. Fills and deletes do not. */
export function isWhole(write: HistoryWrite): write is FieldWrite {
  return write.mode === "replace";
}

/** Whether `a` precedes `b` in the total order. */
export function isBefore(
  a: Pick<FieldWrite, "time" | "sequence">,
  b: Pick<FieldWrite, "time" | "sequence">,
): boolean {
  const timeOfA = a.time ?? Number.NEGATIVE_INFINITY;
  const timeOfB = b.time ?? Number.NEGATIVE_INFINITY;
  return timeOfA === timeOfB ? a.sequence < b.sequence : timeOfA < timeOfB;
}

function gives(write: HistoryWrite, name: string): write is FieldWrite {
  if (write.mode === "delete") return false;
  const value = write.fields[name];
  return value !== undefined && !(write.mode === "fill" && value === null);
}

function last(writes: readonly FieldWrite[]): FieldWrite | null {
  let latest: FieldWrite | null = null;
  for (const write of writes) if (latest === null || !isBefore(write, latest)) latest = write;
  return latest;
}

function lastBySequence(writes: readonly HistoryWrite[]): HistoryWrite | null {
  let latest: HistoryWrite | null = null;
  for (const write of writes)
    if (latest === null || write.sequence >= latest.sequence) latest = write;
  return latest;
}

function idsOf(writes: readonly HistoryWrite[], kind: HistoryObject["kind"]): readonly string[] {
  return [...new Set(writes.filter((write) => write.kind === kind).map(({ id }) => id))].sort();
}
