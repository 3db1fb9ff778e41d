import type { ObjectRef, Outbox } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { wholeLimit } from "../inbox/inbox-context.ts";
import { laneHeldSql } from "../inbox/lane-sql.ts";
import { linkStatements } from "./links.ts";
import { OPEN, type OutboxContext, transact } from "./outbox-context.ts";

/** Creates `due`. Intents are few, so it reads every one that is open. */
export function createDue(context: OutboxContext): Outbox["due"] {
  const { schema } = context;
  const { release } = linkStatements(schema);
  const at = "to_timestamp($1::float8 / 1000)";
  const statement = `
SELECT json_build_object('tenant', i.tenant, 'objectType', i.object_type, 'objectId', i.lane)::text AS json
FROM ${schema.quoted}.jobber_intents i
WHERE ${OPEN} AND lane IS NOT NULL
  AND (state IN ('claimed', 'sent') OR due_at <= ${at}
    OR due_at - delay_ms * interval '1 ms' > ${at} + interval '10 s')
  AND tenant NOT IN (SELECT json_array_elements_text($4::text::json))
  AND (tenant, object_type, lane) NOT IN (
    SELECT "tenant", "objectType", "objectId"
    FROM json_to_recordset($3::text::json) AS x("tenant" text, "objectType" text, "objectId" text))
  AND NOT EXISTS (
    SELECT FROM ${schema.quoted}.jobber_lanes l
    WHERE l.tenant = i.tenant AND l.object_type = i.object_type AND l.object_id = i.lane
      AND ${laneHeldSql("l", at)})
GROUP BY i.tenant, i.object_type, i.lane ORDER BY min(due_at) LIMIT $2`;

  return ({ now: given, limit, exclude = [], excludeTenants = [] }) =>
    transact(context, given, async ({ run, now }) => {
      await run(release, [now]);
      const values = [now, wholeLimit(limit), jsonText(exclude), jsonText(excludeTenants)];
      return run<ObjectRef>(statement, values);
    });
}
