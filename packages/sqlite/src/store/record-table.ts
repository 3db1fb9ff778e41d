import type { ContactRecord, JobRecord, ReadOptions } from "@jobber-sync/core";
import { CONTACT_FIELDS, JOB_FIELDS, type VersionedRow } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";

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

/** The field that SQLite stores as JSON text. */
const JSON_FIELD = "extra";

export const CONTACTS: RecordColumns<ContactRecord> = {
  table: "jobber_contacts",
  idField: "jobberClientId",
  fields: CONTACT_FIELDS,
  booleans: ["isCompany", "isLead", "isArchived"],
};

export const JOBS: RecordColumns<JobRecord> = {
  table: "jobber_jobs",
  idField: "jobberJobId",
  fields: JOB_FIELDS,
  booleans: [],
};

/** A record of either table. */
export type AnyRecord = JobRecord | ContactRecord;

/** Reads and writes the rows of one table. */
export interface RecordTable<R extends AnyRecord> {
  idOf(record: R): string;
  find(connection: Connection, tenant: string, id: string): VersionedRow<R> | undefined;
  put(connection: Connection, row: VersionedRow<R>): void;
  list(connection: Connection, tenant: string, options: ReadOptions | undefined): readonly R[];
}

const DEFAULT_LIMIT = 1000;

type Row = Readonly<Record<string, SqliteValue>>;

/** Creates a table and builds its statements once. */
export function createRecordTable<R extends AnyRecord>({
  table,
  idField,
  fields,
  booleans,
}: RecordColumns<R>): RecordTable<R> {
  const names = ["tenant", idField, ...fields, "sourceUpdatedAt", "deletedAt"];
  const id = snakeCase(idField);
  const selected = names.map((name) => `${snakeCase(name)} AS "${name}"`).join(", ");
  const columns = [...names, "version", "fieldVersions"].map(snakeCase);
  const select = `SELECT ${selected}, version, field_versions AS "fieldVersions" FROM ${table} WHERE tenant = ? AND ${id} = ?`;
  const upsert = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT (tenant, ${id}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}`;
  const page = `SELECT ${selected} FROM ${table} WHERE tenant = ? AND ${id} > ? ORDER BY tenant, ${id} LIMIT ? OFFSET ?`;
  const byIds = `SELECT ${selected} FROM ${table} WHERE tenant = ? AND ${id} > ? AND ${id} IN (SELECT value FROM json_each(?))
    ORDER BY ${id} LIMIT ? OFFSET ?`;

  return {
    idOf: (record) => String(record[idField]),
    find(connection, tenant, id) {
      const found = connection.get<Row>(select, tenant, id);
      if (found === undefined) return undefined;
      const { version, fieldVersions, ...values } = found;
      return {
        record: toRecord(values),
        version: String(version),
        fieldVersions: typeof fieldVersions === "string" ? JSON.parse(fieldVersions) : null,
      };
    },
    put(connection, { record, version, fieldVersions }) {
      const values = names.map((name) => columnValue(record, name));
      const versions = fieldVersions === null ? null : JSON.stringify(fieldVersions);
      connection.run(upsert, ...values, version, versions);
    },
    // Ids are never empty, so that every id is greater than "".
    list(connection, tenant, { limit = DEFAULT_LIMIT, offset = 0, ids, afterId = "" } = {}) {
      const rows =
        ids === undefined
          ? connection.all<Row>(page, tenant, afterId, limit, offset)
          : connection.all<Row>(byIds, tenant, afterId, JSON.stringify(ids), limit, offset);
      return rows.map((row) => toRecord({ ...row }));
    },
  };

  function toRecord(values: Record<string, unknown>): R {
    for (const name of booleans) if (values[name] !== null) values[name] = values[name] === 1;
    const json = values[JSON_FIELD];
    if (typeof json === "string") values[JSON_FIELD] = JSON.parse(json);
    // The columns are the fields of R by name, which migrate.test.ts verifies.
    return values as unknown as R;
  }
}

function columnValue(record: AnyRecord, name: string): SqliteValue {
  const value = (record as unknown as Readonly<Record<string, SqliteValue | boolean>>)[name];
  if (typeof value === "boolean") return value ? 1 : 0;
  if (name === JSON_FIELD && value !== null) return JSON.stringify(value);
  // SQLite rejects any other type when it is bound.
  return value as SqliteValue;
}

/** Returns the name of a field's column. */
function snakeCase(field: string): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
