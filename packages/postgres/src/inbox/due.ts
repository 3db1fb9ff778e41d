import type { Inbox, ObjectRef } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { runStatement } from "../database/transaction.ts";
import { type InboxContext, nowSql, nowValue, OBJECT_JSON, wholeLimit } from "./inbox-context.ts";

/** Which objects are looked for. */
export interface LookOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly limit: number;
  readonly exclude?: readonly ObjectRef[];
  /** How long rows that wait must have been due. Milliseconds. @default 0 */
  readonly overdueMs?: number;
}

/** Makes the look for objects with rows to work on. */
export function createLook(
  context: InboxContext,
): (options: LookOptions) => Promise<readonly ObjectRef[]> {
  const statement = dueStatement(context);
  return ({ now, limit, exclude = [], overdueMs = 0 }) =>
    runStatement<ObjectRef>(context.pool, statement, [
      nowValue(context, now),
      wholeLimit(limit),
      overdueMs,
      jsonText(exclude),
    ]);
}

/** Makes `due`. */
export function createDue(context: InboxContext): Inbox["due"] {
  return createLook(context);
}

/**
 * First the objects whose claim has run out, for a queue may be long and whoever held them is dead; then those that wait, the longest due
 * first. Of many rows only the beginning is looked at, through an index of each kind. `$1` is now, `$2` the most objects, `$3` how long
 * waiting rows must have been due, `$4` a JSON list of objects that are passed over.
 */
function dueStatement({ schema }: InboxContext): string {
  const rows = (state: "claimed" | "waiting", rank: number, since: string) => `
  (SELECT tenant, object_type, object_id, due_at, ${rank} AS rank FROM ${schema.quoted}.jobber_deliveries
   WHERE state = '${state}' AND due_at <= ${since}
     AND (tenant, object_type, object_id) NOT IN (SELECT "tenant", "objectType", "objectId" FROM passed_over)
   ORDER BY due_at LIMIT 1000 + 100 * $2::int)`;
  return `
WITH passed_over AS MATERIALIZED (
  SELECT * FROM json_to_recordset($4::text::json) AS x("tenant" text, "objectType" text, "objectId" text)
)
SELECT ${OBJECT_JSON}
FROM (${rows("claimed", 0, nowSql("$1"))} UNION ALL ${rows("waiting", 1, `${nowSql("$1")} - $3::float8 * interval '1 ms'`)}) AS d
GROUP BY tenant, object_type, object_id ORDER BY min(rank), min(due_at) LIMIT $2::int`;
}
