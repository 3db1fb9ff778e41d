import type { DueOptions, ObjectRef } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import { OPEN, wholeLimit } from "./row-states.ts";

const DUE = `SELECT tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", count(*) AS "rows"
  FROM (
    SELECT tenant, object_type, object_id, coalesce(claimed_until, due_at) AS due
    FROM jobber_deliveries INDEXED BY jobber_deliveries_due
    WHERE ${OPEN} AND coalesce(claimed_until, due_at) <= ?
      AND (tenant, object_type, object_id) NOT IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))
    ORDER BY coalesce(claimed_until, due_at) LIMIT ?)
  GROUP BY tenant, object_type, object_id ORDER BY min(due) LIMIT ?`;

/** How many rows the first look takes for each object it wants, and how many times as many the next one. */
const WIDER = 4;

interface DueRow extends ObjectRef {
  readonly rows: number;
}

/** Objects with rows that are due or whose claim has run out, the longest waiting first. */
export function dueObjects(
  connection: Connection,
  { now, limit, exclude = [] }: DueOptions,
): readonly ObjectRef[] {
  const most = wholeLimit(limit);
  const excluded = exclude.map(nameOf);
  const objects: ObjectRef[] = [];
  // Of a long queue only the beginning is read, for this runs whenever something was accepted. Where a few objects with very many rows fill
  // it, they are passed over like those that run: to skip a row costs a tenth of what it costs to count it.
  for (let window = WIDER * most; ; window *= WIDER) {
    const found = connection.all<DueRow>(
      DUE,
      now,
      JSON.stringify(excluded),
      window,
      most - objects.length,
    );
    objects.push(
      ...found.map(({ tenant, objectType, objectId }) => ({ tenant, objectType, objectId })),
    );
    const rows = found.reduce((sum, row) => sum + row.rows, 0);
    if (objects.length >= most || rows < window) return objects;
    excluded.push(...found.map(nameOf));
  }
}

function nameOf({ tenant, objectType, objectId }: ObjectRef): readonly [string, string, string] {
  return [tenant, objectType, objectId];
}
