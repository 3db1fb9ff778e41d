import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import { CONTACT_FIELDS, JOB_FIELDS } from "@jobber-sync/core/ports";

/** A table of records. Its columns are the fields in snake_case. */
export interface RecordColumns<R> {
  readonly table: "jobber_contacts" | "jobber_jobs";
  /** The field that, with `tenant`, is the key. */
  readonly idField: keyof R & string;
  /** The fields that a write may carry. */
  readonly fields: readonly string[];
  /** Fields that SQLite stores as 0 and 1. */
  readonly booleans: readonly string[];
}

export const CONTACTS: RecordColumns<ContactRecord> = {
  table: "jobber_contacts",
  idField: "jobberClientId",
  fields: CONTACT_FIELDS,
  booleans: ["isLead", "isArchived"],
};

export const JOBS: RecordColumns<JobRecord> = {
  table: "jobber_jobs",
  idField: "jobberJobId",
  fields: JOB_FIELDS,
  booleans: [],
};

/** Returns the name of a field's column. */
export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
