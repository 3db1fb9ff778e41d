import type { Inbox, ObjectRef } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { runStatement } from "../database/transaction.ts";
import { type InboxContext, nowSql, nowValue, OBJECT_JSON, wholeLimit } from "./inbox-context.ts";

/** Options for {@link createLook}. */
export interface LookOptions {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly limit: number;
  readonly exclude?: readonly ObjectRef[];
  /** Minimum time for which waiting rows must have been due. Milliseconds. @default 0 */
  readonly overdueMs?: number;
}

/** Creates the query for objects with due rows. */
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

/** Creates `due`. */
export function createDue(context: InboxContext): Inbox["due"] {
  return createLook(context);
}

/**
 * Returns objects with an expired claim first, since their worker is dead and the queue may be long,
 * then waiting ones, longest due first. Reads only the beginning of each index. `$1` now, `$2` the
 * maximum number of objects, `$3` for how long waiting rows must have been due, `$4` a JSON list of
 * objects to exclude.
 */
function dueStatement({ schema }: InboxContext): string {
  const rows = (state: "claimed" | "waiting", rank: number, since: string) => `
  (SELECT tenant, object_type, object_id, due_at, ${rank} AS rank FROM ${schema.quoted}.jobber_deliveries
   WHERE state = '${state}' AND due_at <= ${since}
     AND (tenant, object_type, object_id) NOT IN (SELECT "tenant", "objectType", "objectId" FROM excluded)
   ORDER BY due_at LIMIT 1000 + 100 * $2::int)`;
  return `
WITH excluded AS MATERIALIZED (
  SELECT * FROM json_to_recordset($4::text::json) AS x("tenant" text, "objectType" text, "objectId" text)
)
SELECT ${OBJECT_JSON}
FROM (${rows("claimed", 0, nowSql("$1"))} UNION ALL ${rows("waiting", 1, `${nowSql("$1")} - $3::float8 * interval '1 ms'`)}) AS d
GROUP BY tenant, object_type, object_id ORDER BY min(rank), min(due_at) LIMIT $2::int`;
}
