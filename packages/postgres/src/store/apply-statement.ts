import { DELETION_REGISTERS, SEPARATE_FIELDS } from "@jobber-sync/core/ports";
import type { Schema } from "../database/quote-schema.ts";
import { changesSql } from "./changes-sql.ts";
import { EXACT_NUMBERS, recordJsonSql, valueColumns, valueSql } from "./record-json.ts";
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
 * The longest wait of the statement for a row lock. Another transaction of the user's may hold rows
 * of one tenant for minutes, and the statement writes those of several.
 */
const LOCK_TIMEOUT_MS = 300;

/**
 * Builds the statement of `apply`. It writes contacts, then jobs, then submissions from the JSON in
 * `$1`, and returns their outcomes and records. With `changes` it writes their changes too.
 *
 * It is core's `decideWrite` in SQL, generated from the same lists of fields.
 * `ON CONFLICT DO UPDATE` decides under the row lock, from the current row rather than the
 * snapshot. The outcome and the values that were replaced are stored in the row (`last_outcome`,
 * `last_replaced`), because before PostgreSQL 18 `RETURNING` cannot see the old values.
 */
export function applyStatement(
  { quoted: schema, ...names }: Schema,
  { changes }: { readonly changes: boolean },
): string {
  const { sequence } = names;
  return `
WITH change AS MATERIALIZED (
  SELECT $1::text::json AS json, set_config('lock_timeout', '${LOCK_TIMEOUT_MS}ms', true) AS lock_timeout,
    ${EXACT_NUMBERS} AS float_digits
),
new_contacts AS MATERIALIZED (${newRows(CONTACTS, "contacts")}),
new_jobs AS MATERIALIZED (${newRows(JOBS, "jobs")}),
new_submissions AS MATERIALIZED (
  SELECT nextval(${sequence}) AS position, x.*
  FROM change, json_to_recordset(change.json->'submissions') AS x(
    "tenant" text, "deliveryKey" text, channel text, payload jsonb, "createdAt" timestamptz)
),
contacts AS (${upsert(schema, CONTACTS, "new_contacts")}),
jobs AS (${upsert(schema, JOBS, "new_jobs", ["contacts"])}),
submissions AS (
  INSERT INTO ${schema}.jobber_submissions (tenant, delivery_key, channel, payload, created_at, position)
  SELECT "tenant", "deliveryKey", channel, payload, "createdAt", position
  FROM new_submissions
  WHERE ${after(["contacts", "jobs"])}
  ORDER BY "tenant" COLLATE "C", "deliveryKey" COLLATE "C"
  ON CONFLICT (tenant, delivery_key) DO NOTHING
  RETURNING tenant, delivery_key
)${changes ? `,\nchanges AS (${changesSql({ quoted: schema, ...names })})` : ""}
SELECT json_build_object(
  'contacts', (${written("contacts")}),
  'jobs', (${written("jobs")}),
  'skippedContacts', (${skipped(schema, CONTACTS, "contacts")}),
  'skippedJobs', (${skipped(schema, JOBS, "jobs")}),
  'submissions', (SELECT json_agg(json_build_array(tenant, delivery_key)) FROM submissions)
)::text AS json`;
}

function newRows(table: RecordTable, list: string): string {
  const types = valueColumns(table).map(({ field, type }) => `"${field}" ${type}`);
  return `
  SELECT x.* FROM change, json_to_recordset(change.json->'${list}') AS x(
    "tenant" text, "${table.idField}" text, ${types.join(", ")}, version text, "fieldVersions" jsonb,
    cause text, ref text)`;
}

function upsert(
  schema: string,
  table: RecordTable,
  source: string,
  waitFor: readonly string[] = [],
): string {
  const id = snakeCase(table.idField);
  const all = valueColumns(table);
  const names = ["tenant", id, ...all.map(({ name }) => name), "version", "field_versions"];
  const fields = [table.idField, ...all.map(({ field }) => field)].map((field) => `"${field}"`);
  return `
  INSERT INTO ${schema}.${table.table} AS old (${names.join(", ")}, last_outcome)
  SELECT "tenant", ${fields.join(", ")}, version, "fieldVersions", 'inserted'
  FROM ${source}
  WHERE ${after(waitFor)}
  ORDER BY "tenant" COLLATE "C", "${table.idField}" COLLATE "C"
  ON CONFLICT (tenant, ${id}) DO UPDATE SET
    ${table.columns.map(newValue).join(",\n    ")},
    deleted_at = ${DELETION_TIME},
    source_updated_at = CASE WHEN ${SOURCE_TIME_MOVES}
      THEN excluded.source_updated_at ELSE old.source_updated_at END,
    version = ${NEWER_VERSION},
    field_versions = ${fieldVersions(table)},
    last_outcome = ${outcome(table)},
    last_replaced = ${replaced(table)}
  WHERE ${moves(table)} OR ${changes(table)}
  RETURNING old.*, ${recordJsonSql(table, "old")} AS record`;
}

/** Lists the rows that the upsert wrote: outcome, record, and the values that were replaced. */
function written(part: string): string {
  return `SELECT json_agg(json_build_array(last_outcome, record, last_replaced)) FROM ${part}`;
}

/**
 * Lists the rows that the upsert skipped, because no value and no version moved. `RETURNING` leaves
 * them out, so that their outcome and record come from the snapshot; a row that is not in it was
 * written by a concurrent statement, with the same version or a newer one.
 */
function skipped(schema: string, table: RecordTable, part: string): string {
  const id = snakeCase(table.idField);
  return `
    SELECT json_agg(coalesce((
      SELECT json_build_array(${idleOutcome(table)}, ${recordJsonSql(table, "old")})
      FROM ${schema}.${table.table} AS old
      WHERE old.tenant = excluded.tenant AND old.${id} = excluded.id), '[]'))
    FROM (
      SELECT "tenant" AS tenant, "${table.idField}" AS id, version, "fieldVersions" AS field_versions FROM new_${part}
    ) AS excluded
    WHERE (excluded.tenant, excluded.id) NOT IN (SELECT tenant, ${id} FROM ${part})`;
}

/** The names and old values of the fields that the write changes, as a list of pairs. */
function replaced(table: RecordTable): string {
  const pairs = valueColumns(table).map((column) => {
    const { field, name } = column;
    const wins = field === SOURCE_UPDATED_AT.field ? SOURCE_TIME_MOVES : taken(field);
    const differs =
      field === DELETED_AT.field
        ? DELETION_CHANGES
        : `excluded.${name} IS DISTINCT FROM old.${name} AND ${wins}`;
    return `CASE WHEN ${differs} THEN json_build_array('${field}', ${valueSql(column, "old.")})::text END`;
  });
  // concat_ws leaves out the fields that do not change.
  return `('[' || concat_ws(',', ${pairs.join(", ")}) || ']')::json`;
}

function newValue({ field, name }: Column): string {
  return `${name} = CASE WHEN ${taken(field)} THEN excluded.${name} ELSE old.${name} END`;
}

/**
 * Returns a condition that makes a part of the statement wait for others. Without it PostgreSQL may
 * write them in any order, and two statements could lock the same rows in opposite orders.
 */
function after(parts: readonly string[]): string {
  return parts.length === 0
    ? "true"
    : parts.map((part) => `(SELECT count(*) FROM ${part}) >= 0`).join(" AND ");
}

const SOURCE_TIME_MOVES = "excluded.version >= old.version";
const NEWER_VERSION = "greatest(old.version, excluded.version)";

function versionOf(row: "old" | "excluded", field: string): string {
  const own = `${row}.field_versions->>'${field}'`;
  const otherwise = SEPARATE_FIELDS.includes(field) ? "''" : `${row}.version`;
  return `coalesce(${own}, ${otherwise}) COLLATE "C"`;
}

function taken(field: string): string {
  return `${versionOf("excluded", field)} >= ${versionOf("old", field)}`;
}

/** The names that have a version: the columns of a write, and the registers of deletion. */
function versionedFields(columns: readonly Column[]): readonly string[] {
  return [...columns.map(({ field }) => field), ...DELETION_REGISTERS];
}

// A register's version is "#" and 16 digits, then "@" and the time of the deletion if it is set.
const TOMBSTONE_TIME_AT = 19;

/** The time of deletion after the write: that of the first register that is set. */
const DELETION_TIME = `coalesce(${DELETION_REGISTERS.map((register) => {
  const now = `greatest(${versionOf("excluded", register)}, ${versionOf("old", register)})`;
  return `nullif(substr(${now}, ${TOMBSTONE_TIME_AT}), '')`;
}).join(", ")})::timestamptz`;

const DELETION_CHANGES = `(${DELETION_TIME} IS DISTINCT FROM old.deleted_at)`;

/** Stores versions that differ from the row's, and those of separate fields that were written. */
function fieldVersions({ columns }: RecordTable): string {
  const entries = versionedFields(columns).map((field) => {
    const now = `greatest(${versionOf("excluded", field)}, ${versionOf("old", field)})`;
    return `'${field}', nullif(${now}, ${SEPARATE_FIELDS.includes(field) ? "''" : NEWER_VERSION})`;
  });
  return `CASE
      WHEN old.field_versions IS NULL AND excluded.field_versions IS NULL THEN NULL
      ELSE nullif(jsonb_strip_nulls(jsonb_build_object(${entries.join(", ")})), '{}')
    END`;
}

/** Condition for a write that takes at least one version further. */
function moves({ columns }: RecordTable): string {
  const fields = versionedFields(columns).map(
    (field) => `${versionOf("excluded", field)} > ${versionOf("old", field)}`,
  );
  return `(excluded.version > old.version OR (
    (old.field_versions IS NOT NULL OR excluded.field_versions IS NOT NULL) AND (${fields.join(" OR ")})))`;
}

/** Condition for a write that changes at least one value. */
function changes({ columns }: RecordTable): string {
  const fields = columns.map(
    ({ field, name }) => `(excluded.${name} IS DISTINCT FROM old.${name} AND ${taken(field)})`,
  );
  fields.push(DELETION_CHANGES);
  return `(${fields.join(" OR ")})`;
}

function outcome(table: RecordTable): string {
  return `CASE WHEN ${changes(table)} THEN 'updated' ELSE ${idleOutcome(table)} END`;
}

/** The outcome of a write that changes no value. */
function idleOutcome({ columns }: RecordTable): string {
  // A fill or a tombstone carries no version for the record, so its fields are compared one by one.
  const older = versionedFields(columns).map(
    (field) => `coalesce(excluded.field_versions->>'${field}' < ${versionOf("old", field)}, false)`,
  );
  return `CASE
      WHEN excluded.version <> ''
        THEN CASE WHEN excluded.version < old.version THEN 'stale' ELSE 'unchanged' END
      WHEN ${older.join(" OR ")} THEN 'stale'
      ELSE 'unchanged'
    END`;
}
