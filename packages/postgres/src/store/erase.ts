import {
  DELETION_REGISTERS,
  type ErasedRecords,
  encodeTombstone,
  PERSONAL_JOB_FIELDS,
  PERSONAL_PAYLOAD_FIELDS,
  type RecordEraser,
  SEALED,
  sealedTombstone,
} from "@jobber-sync/core/ports";
import type { Schema } from "../database/quote-schema.ts";
import type { SessionPool } from "../database/sql-pool.ts";
import { type Run, runStatement, runTransaction } from "../database/transaction.ts";
import { recordJsonSql } from "./record-json.ts";
import { CONTACTS, JOBS, type RecordTable, snakeCase } from "./record-table.ts";

/** Creates `erase`: core's `sealedContact`, `sealedJob` and `emptiedRow` in SQL. */
export function createErase(pool: SessionPool, schema: Schema): RecordEraser["erase"] {
  const statements = eraseStatements(schema.quoted);
  const next = `SELECT nextval(${schema.sequence})::text AS json`;

  return async ({ tenant, jobberClientId, deliveryKeys = [], deletedAt }) => {
    const [sequence = 1] = await runStatement<number>(pool, next, []);
    const tombstone = encodeTombstone(sequence, null);
    return runTransaction(pool, async (run): Promise<ErasedRecords> => {
      const erased =
        jobberClientId === undefined
          ? {
              contacts: await run<string>(statements.emptyContacts, [tenant, deletedAt, tombstone]),
              jobs: await run<string>(statements.emptyJobs, [tenant, deletedAt, tombstone]),
            }
          : {
              contacts: await run<string>(statements.seal, [tenant, jobberClientId, deletedAt]),
              jobs: await run<string>(statements.sealJobs, [tenant, jobberClientId]),
            };
      await run(statements.contactChanges, [tenant, JSON.stringify(erased.contacts)]);
      await run(statements.jobChanges, [tenant, JSON.stringify(erased.jobs)]);
      return { ...erased, submissions: await eraseSubmissions(run, erased) };
    });

    async function eraseSubmissions(
      run: Run,
      { contacts, jobs }: Pick<ErasedRecords, "contacts" | "jobs">,
    ): Promise<number> {
      const ids = JSON.stringify([...contacts, ...jobs]);
      const all = jobberClientId === undefined;
      const values = [tenant, all, JSON.stringify(deliveryKeys), ids];
      return (await run(statements.submissions, values)).length;
    }
  };
}

function eraseStatements(schema: string) {
  const contacts = `${schema}.jobber_contacts`;
  const jobs = `${schema}.jobber_jobs`;
  const sealed = (fields: readonly string[]) =>
    `'${JSON.stringify(Object.fromEntries(fields.map((field) => [field, SEALED])))}'::jsonb`;
  const tombstone = (time: string) =>
    `jsonb_build_object('deletedAt', '${sealedTombstone("")}' || ${time})`;
  const personal = PERSONAL_JOB_FIELDS.map((field) => `${snakeCase(field)} = NULL`).join(", ");
  const emptied = (table: RecordTable) => `
UPDATE ${schema}.${table.table} AS old SET ${nulls(table)}, source_updated_at = NULL, last_replaced = NULL,
  deleted_at = coalesce(deleted_at, $2::timestamptz), version = '',
  field_versions = jsonb_build_object('deletedAt', $3::text || '@' || coalesce(${DELETION_TIME}, $2::text))
WHERE tenant = $1 RETURNING to_json(${snakeCase(table.idField)})::text AS json`;

  return {
    seal: `
INSERT INTO ${contacts} AS old (tenant, jobber_client_id, deleted_at, version, field_versions, last_outcome)
VALUES ($1, $2, $3::timestamptz, '${SEALED}', ${sealed(["missingAt", "extra"])} || ${tombstone("$3::text")}, 'inserted')
ON CONFLICT (tenant, jobber_client_id) DO UPDATE SET ${nulls(CONTACTS)}, last_replaced = NULL,
  deleted_at = coalesce(old.deleted_at, excluded.deleted_at), version = excluded.version,
  field_versions = excluded.field_versions || ${tombstone(`coalesce(${DELETION_TIME}, $3::text)`)}
RETURNING to_json(jobber_client_id)::text AS json`,
    sealJobs: `
UPDATE ${jobs} SET ${personal}, last_replaced = NULL,
  field_versions = coalesce(field_versions, '{}') || ${sealed(PERSONAL_JOB_FIELDS)}
WHERE tenant = $1 AND jobber_client_id = $2 RETURNING to_json(jobber_job_id)::text AS json`,
    emptyContacts: emptied(CONTACTS),
    emptyJobs: emptied(JOBS),
    contactChanges: changesOf(schema, CONTACTS, "client"),
    jobChanges: changesOf(schema, JOBS, "job"),
    submissions: `
UPDATE ${schema}.jobber_submissions SET payload = (
  SELECT jsonb_object_agg(key, CASE WHEN key = ANY ('{${PERSONAL_PAYLOAD_FIELDS.join(",")}}') THEN 'null'::jsonb ELSE value END)
  FROM jsonb_each(payload))
WHERE tenant = $1 AND ($2
  OR delivery_key IN (SELECT json_array_elements_text($3::json))
  OR coalesce(payload->>'jobber_job_id', payload->>'jobber_client_id') IN (SELECT json_array_elements_text($4::json)))
RETURNING '1' AS json`,
  };
}

/** Replaces the values in the changes of erased records by what is left of the records. */
function changesOf(schema: string, table: RecordTable, type: "job" | "client"): string {
  return `
UPDATE ${schema}.jobber_changes AS c
SET record = ${recordJsonSql(table, "stored")}, replaced = CASE WHEN c.replaced IS NOT NULL THEN '[]'::json END, error = NULL
FROM ${schema}.${table.table} AS stored
WHERE c.tenant = $1 AND c.object_type = '${type}' AND c.object_id IN (SELECT json_array_elements_text($2::json))
  AND stored.tenant = c.tenant AND stored.${snakeCase(table.idField)} = c.object_id
RETURNING '1' AS json`;
}

/** Core's `deletionTime` of the row `old`. */
const DELETION_TIME = DELETION_REGISTERS.map(
  (register) => `nullif(substr(old.field_versions->>'${register}', 19), '')`,
).join(", ");

/** Sets every field of a table to NULL, except the ids of other records. */
function nulls({ columns }: RecordTable): string {
  return columns
    .filter(({ field }) => field !== "jobberClientId" && field !== "jobberPropertyId")
    .map(({ name }) => `${name} = NULL`)
    .join(", ");
}
