import type { Inbox, ObjectRef } from "@jobber-sync/core/ports";
import { reading } from "../database/store-error.ts";
import { type InboxContext, OPEN, wholeLimit } from "./inbox-context.ts";

const DUE = `SELECT tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", count(*) AS "rows"
  FROM (
    SELECT tenant, object_type, object_id, coalesce(claimed_until, due_at) AS due
    FROM jobber_deliveries INDEXED BY jobber_deliveries_due
    WHERE ${OPEN} AND coalesce(claimed_until, due_at) <= ?
      AND (tenant, object_type, object_id) NOT IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))
    ORDER BY coalesce(claimed_until, due_at) LIMIT ?)
  GROUP BY tenant, object_type, object_id ORDER BY min(due) LIMIT ?`;

/** Rows that the first query reads per wanted object, and the factor by which each later one grows. */
const WIDER = 4;

interface DueRow extends ObjectRef {
  readonly rows: number;
}

/** Creates `due`. */
export function createDue({ connection }: InboxContext): Inbox["due"] {
  return async ({ now, limit, exclude = [] }) =>
    reading(() => {
      const most = wholeLimit(limit);
      const excluded = exclude.map(nameOf);
      const objects: ObjectRef[] = [];
      // Reads only the beginning of a long queue, because it runs after every accept. Objects that
      // fill it with very many rows are excluded from the next query: skipping a row costs a tenth
      // of counting it.
      for (let window = WIDER * most; ; window *= WIDER) {
        const left = most - objects.length;
        const found = connection.all<DueRow>(DUE, now, JSON.stringify(excluded), window, left);
        for (const { tenant, objectType, objectId } of found)
          objects.push({ tenant, objectType, objectId });
        const rows = found.reduce((sum, row) => sum + row.rows, 0);
        if (objects.length >= most || rows < window) return objects;
        excluded.push(...found.map(nameOf));
      }
    });
}

function nameOf({ tenant, objectType, objectId }: ObjectRef): readonly [string, string, string] {
  return [tenant, objectType, objectId];
}
