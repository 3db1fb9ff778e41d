import { instantSql } from "../database/times.ts";
import { EXACT_NUMBERS, recordJsonSql } from "./record-json.ts";
import { CONTACTS, JOBS, type RecordTable, snakeCase } from "./record-table.ts";

/**
 * Builds the read statements. `$1` tenant, `$2` limit, `$3` offset, for records `$4` the id after
 * which they begin, and for records by id `$5` the ids as JSON; each row is one JSON text.
 */
export function readStatements(schema: string) {
  return {
    contacts: readRecords(schema, CONTACTS),
    jobs: readRecords(schema, JOBS),
    contactsById: readRecords(schema, CONTACTS, true),
    jobsById: readRecords(schema, JOBS, true),
    contactVersions: readVersions(schema, CONTACTS),
    jobVersions: readVersions(schema, JOBS),
    jobsOfClient: readJobIds(schema, "jobber_client_id"),
    jobsOfProperty: readJobIds(schema, "jobber_property_id"),
    submissions: `
SELECT json_build_object(
  'tenant', tenant, 'deliveryKey', delivery_key, 'channel', channel, 'payload', payload,
  'createdAt', ${instantSql("created_at")}
)::text AS json
FROM ${schema}.jobber_submissions WHERE tenant = $1 ORDER BY position LIMIT $2 OFFSET $3`,
  };
}

/** `$1` tenant, `$2` id. */
function readVersions(schema: string, table: RecordTable): string {
  return `
SELECT json_build_object('version', version, 'fieldVersions', field_versions)::text AS json
FROM ${schema}.${table.table} WHERE tenant = $1 AND ${snakeCase(table.idField)} = $2`;
}

function readRecords(schema: string, table: RecordTable, byId = false): string {
  const id = snakeCase(table.idField);
  const chosen = byId ? ` AND ${id} = ANY(ARRAY(SELECT json_array_elements_text($5::json)))` : "";
  return `
SELECT ${recordJsonSql(table, "stored")}::text AS json
FROM ${schema}.${table.table} AS stored
WHERE (SELECT ${EXACT_NUMBERS}) IS NOT NULL AND tenant = $1 AND ${id} > $4${chosen}
ORDER BY ${id} LIMIT $2 OFFSET $3`;
}

function readJobIds(schema: string, owner: string): string {
  return `SELECT to_json(jobber_job_id)::text AS json FROM ${schema}.jobber_jobs
WHERE tenant = $1 AND ${owner} = $2 AND deleted_at IS NULL ORDER BY jobber_job_id`;
}
