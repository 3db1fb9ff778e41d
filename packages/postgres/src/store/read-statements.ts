import {
  CONTACTS,
  type Column,
  DELETED_AT,
  JOBS,
  type RecordTable,
  SOURCE_UPDATED_AT,
  snakeCase,
} from "./columns.ts";

/** The statements of the reader: `$1` tenant, `$2` limit, `$3` offset; one JSON text a row. */
export function readStatements(schema: string) {
  return {
    contacts: readRecords(schema, CONTACTS),
    jobs: readRecords(schema, JOBS),
    submissions: `
SELECT json_build_object(
  'clientSlug', client_slug, 'deliveryKey', delivery_key, 'channel', channel, 'payload', payload, 'createdAt', ${instant("created_at")}
)::text AS json
FROM ${schema}.jobber_submissions WHERE client_slug = $1 ORDER BY position LIMIT $2 OFFSET $3`,
  };
}

function readRecords(schema: string, { table, idField, columns }: RecordTable): string {
  const id = snakeCase(idField);
  const values = [...columns, SOURCE_UPDATED_AT, DELETED_AT].map(
    (column) => `'${column.field}', ${value(column)}`,
  );
  return `
SELECT json_build_object('clientSlug', client_slug, '${idField}', ${id}, ${values.join(", ")})::text AS json
FROM ${schema}.${table} WHERE client_slug = $1 ORDER BY ${id} LIMIT $2 OFFSET $3`;
}

function value({ name, type }: Column): string {
  return type === "timestamptz" ? instant(name) : name;
}

/** An instant in its one spelling, whatever time zone and date style the session has: a fraction only where it is not zero. */
function instant(name: string): string {
  const text = `to_char(${name} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
  return `regexp_replace(${text}, '[.]?0*$', '') || 'Z'`;
}
