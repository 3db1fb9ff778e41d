import { instantSql } from "../database/times.ts";
import {
  CONTACTS,
  type Column,
  DELETED_AT,
  JOBS,
  type RecordTable,
  SOURCE_UPDATED_AT,
  snakeCase,
} from "./record-table.ts";

/**
 * Builds the read statements. `$1` tenant, `$2` limit, `$3` offset, and for records by id `$4` the
 * ids as JSON; each row is one JSON text.
 */
export function readStatements(schema: string) {
  return {
    contacts: readRecords(schema, CONTACTS),
    jobs: readRecords(schema, JOBS),
    contactsById: readRecords(schema, CONTACTS, true),
    jobsById: readRecords(schema, JOBS, true),
    submissions: `
SELECT json_build_object(
  'tenant', tenant, 'deliveryKey', delivery_key, 'channel', channel, 'payload', payload,
  'createdAt', ${instantSql("created_at")}
)::text AS json
FROM ${schema}.jobber_submissions WHERE tenant = $1 ORDER BY position LIMIT $2 OFFSET $3`,
  };
}

/** Prints all digits of a number, whatever `extra_float_digits` the role has. */
const EXACT_NUMBERS = "(SELECT set_config('extra_float_digits', '1', true)) IS NOT NULL";

function readRecords(
  schema: string,
  { table, idField, columns }: RecordTable,
  byId = false,
): string {
  const id = snakeCase(idField);
  const chosen = byId ? ` AND ${id} = ANY(ARRAY(SELECT json_array_elements_text($4::json)))` : "";
  const values = [...columns, SOURCE_UPDATED_AT, DELETED_AT].map(
    (column) => `'${column.field}', ${value(column)}`,
  );
  return `
SELECT json_build_object('tenant', tenant, '${idField}', ${id}, ${values.join(", ")})::text AS json
FROM ${schema}.${table} WHERE ${EXACT_NUMBERS} AND tenant = $1${chosen} ORDER BY ${id} LIMIT $2 OFFSET $3`;
}

function value({ name, type }: Column): string {
  return type === "timestamptz" ? instantSql(name) : name;
}
