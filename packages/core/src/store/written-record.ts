import { CONTACT_FIELDS, type ContactRecord } from "../records/contact-record.ts";
import { sameValue } from "../records/extra.ts";
import { JOB_FIELDS, type JobRecord } from "../records/job-record.ts";
import type { WriteOutcome } from "./decide-write.ts";

/** Effect of `apply` on one record. */
export interface WrittenRecord<R extends JobRecord | ContactRecord> {
  readonly outcome: WriteOutcome;
  /** The record before the write; `null` for a new one. */
  readonly before: R | null;
  /** The record after the write: the stored one, also if the write changed nothing. */
  readonly after: R;
  /**
   * Names of the fields whose value the write changed, in column order; for a new record, of those
   * that are not `null`. Contains `sourceUpdatedAt` if only the source's time moved, which is an
   * `unchanged` outcome. Never contains `tenant` or the id.
   */
  readonly changed: readonly (keyof R & string)[];
}

/**
 * Completes a {@link WrittenRecord} with the names of the changed fields. Pure, so that every store
 * names the same ones.
 */
export function writtenRecord<R extends JobRecord | ContactRecord>(
  outcome: WriteOutcome,
  before: R | null,
  after: R,
): WrittenRecord<R> {
  // A row that was not written is the same object.
  if (before === after) return { outcome, before, after, changed: [] };
  const names = fieldsOf(after) as readonly (keyof R & string)[];
  const changed = names.filter((name) => !sameValue(after[name], before?.[name] ?? null));
  return { outcome, before, after, changed };
}

const JOB_VALUES = [...JOB_FIELDS, "sourceUpdatedAt", "deletedAt"] as const;
const CONTACT_VALUES = [...CONTACT_FIELDS, "sourceUpdatedAt", "deletedAt"] as const;

function fieldsOf(record: JobRecord | ContactRecord): readonly string[] {
  return "jobberJobId" in record ? JOB_VALUES : CONTACT_VALUES;
}
