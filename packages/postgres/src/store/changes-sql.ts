import type { Schema } from "../database/quote-schema.ts";
import { nowSql } from "../inbox/inbox-context.ts";
import { CONTACTS, JOBS, type RecordTable, snakeCase } from "./record-table.ts";

/**
 * Returns the part of the statement of `apply` that writes the changes of its records. `$2` is now.
 * The numbers are drawn from rows that the upserts have returned, and thus locked.
 */
export function changesSql({ quoted: schema, sequence }: Schema): string {
  const changesOf = (table: RecordTable, part: string, type: string) => `
  SELECT nextval(${sequence}), ${part}.tenant, '${type}', ${part}.${snakeCase(table.idField)},
    new_${part}.cause, new_${part}.ref, now, record, CASE WHEN last_outcome <> 'inserted' THEN last_replaced END, false, now
  FROM ${part} JOIN new_${part} ON new_${part}."tenant" = ${part}.tenant
    AND new_${part}."${table.idField}" = ${part}.${snakeCase(table.idField)}, (SELECT ${nowSql("$2")} AS now) AS input
  WHERE last_outcome = 'inserted' OR last_replaced::text <> '[]'`;
  return `
  INSERT INTO ${schema}.jobber_changes (sequence, tenant, object_type, object_id, cause, ref, at, record, replaced,
    initial, due_at)
  ${changesOf(CONTACTS, "contacts", "client")}
  UNION ALL
  ${changesOf(JOBS, "jobs", "job")}`;
}
