import type { Instant } from "@jobber-sync/core";
import type { VersionedRow } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";

/** What a record table needs of a record. */
interface AnyRecord {
  readonly tenant: string;
  readonly sourceUpdatedAt: Instant | null;
}

/** How a kind of record is laid out. Columns are the snake_case of the fields. */
export interface RecordLayout {
  readonly table: string;
  /** The field that is the key, beside `tenant`. */
  readonly id: string;
  readonly fields: readonly string[];
  /** Fields that SQLite keeps as 0 and 1. */
  readonly booleans: readonly string[];
}

/** Reads and writes the rows of one table. */
export interface RecordTable<R extends AnyRecord> {
  find(connection: Connection, record: R): VersionedRow<R> | undefined;
  put(connection: Connection, row: VersionedRow<R>): void;
  list(connection: Connection, tenant: string, limit: number, offset: number): readonly R[];
}

/** Makes the statements of a table once. */
export function createRecordTable<R extends AnyRecord>({
  table,
  id,
  fields,
  booleans,
}: RecordLayout): RecordTable<R> {
  const names = ["tenant", id, ...fields, "sourceUpdatedAt", "deletedAt"];
  const key = `tenant, ${snakeCase(id)}`;
  const selected = names.map((name) => `${snakeCase(name)} AS "${name}"`).join(", ");
  const columns = [...names, "version", "fieldVersions"].map(snakeCase);
  const select = `SELECT ${selected}, version, field_versions AS "fieldVersions" FROM ${table} WHERE tenant = ? AND ${snakeCase(id)} = ?`;
  const upsert = `INSERT INTO ${table} (${columns.join(", ")}) VALUES (${columns.map(() => "?").join(", ")})
    ON CONFLICT (${key}) DO UPDATE SET ${columns.map((column) => `${column} = excluded.${column}`).join(", ")}`;
  const page = `SELECT ${selected} FROM ${table} WHERE tenant = ? ORDER BY ${key} LIMIT ? OFFSET ?`;

  return {
    find(connection, record) {
      const found = connection.get<Readonly<Record<string, SqliteValue>>>(
        select,
        record.tenant,
        columnValue(record, id),
      );
      if (found === undefined) return undefined;
      const { version, fieldVersions, ...values } = found;
      return {
        record: recordOf(values),
        version: String(version),
        fieldVersions: typeof fieldVersions === "string" ? JSON.parse(fieldVersions) : null,
      };
    },
    put(connection, { record, version, fieldVersions }) {
      const values = names.map((name) => columnValue(record, name));
      connection.run(
        upsert,
        ...values,
        version,
        fieldVersions === null ? null : JSON.stringify(fieldVersions),
      );
    },
    list(connection, tenant, limit, offset) {
      return connection
        .all<Readonly<Record<string, SqliteValue>>>(page, tenant, limit, offset)
        .map((row) => recordOf({ ...row }));
    },
  };

  function recordOf(values: Record<string, unknown>): R {
    for (const name of booleans) if (values[name] !== null) values[name] = values[name] === 1;
    // The columns are the fields of R, by name: a test holds the two together.
    return values as unknown as R;
  }
}

function columnValue(record: AnyRecord, name: string): SqliteValue {
  const value = (record as unknown as Readonly<Record<string, SqliteValue | boolean>>)[name];
  if (typeof value === "boolean") return value ? 1 : 0;
  // What is no column's value is rejected by SQLite when it is bound.
  return value as SqliteValue;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
