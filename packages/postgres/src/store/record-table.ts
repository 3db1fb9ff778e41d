import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import { CONTACT_FIELDS, JOB_FIELDS } from "@jobber-sync/core/ports";

/** A column of a records table. */
export interface Column {
  /** Name in records: `jobberClientId`. */
  readonly field: string;
  /** Name in the table: `jobber_client_id`. */
  readonly name: string;
  readonly type: "text" | "boolean" | "bigint" | "double precision" | "timestamptz" | "jsonb";
}

/** A table of records, as the statements for writing and reading need it. */
export interface RecordTable {
  readonly table: "jobber_contacts" | "jobber_jobs";
  readonly idField: "jobberClientId" | "jobberJobId";
  /** The fields that a write may carry. */
  readonly columns: readonly Column[];
}

type FieldType<R> = { readonly [F in keyof R]?: Column["type"] };

// All other fields are text. The contract suite catches renamed fields.
const CONTACT_TYPES: FieldType<ContactRecord> = {
  isCompany: "boolean",
  isLead: "boolean",
  isArchived: "boolean",
  sourceCreatedAt: "timestamptz",
  extra: "jsonb",
};

const JOB_TYPES: FieldType<JobRecord> = {
  jobNumber: "bigint",
  total: "double precision",
  scheduledAt: "timestamptz",
  endsAt: "timestamptz",
  completedAt: "timestamptz",
  sourceCreatedAt: "timestamptz",
  extra: "jsonb",
};

export const CONTACTS: RecordTable = {
  table: "jobber_contacts",
  idField: "jobberClientId",
  columns: CONTACT_FIELDS.map((field) => column(field, CONTACT_TYPES[field])),
};

export const JOBS: RecordTable = {
  table: "jobber_jobs",
  idField: "jobberJobId",
  columns: JOB_FIELDS.map((field) => column(field, JOB_TYPES[field])),
};

/** Columns of every records table besides those that a write may carry. */
export const SOURCE_UPDATED_AT = column("sourceUpdatedAt", "timestamptz");
export const DELETED_AT = column("deletedAt", "timestamptz");

export function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function column(field: string, type: Column["type"] = "text"): Column {
  return { field, name: snakeCase(field), type };
}
