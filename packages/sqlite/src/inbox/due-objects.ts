import { type DueOptions, type ObjectRef, objectKey } from "@jobber-sync/core";
import type { Connection } from "../connection/connection.ts";
import { OPEN } from "./row-states.ts";

const DUE = `SELECT client_slug AS "clientSlug", object_type AS "objectType", object_id AS "objectId", count(*) AS "rows"
  FROM (
    SELECT client_slug, object_type, object_id, coalesce(claimed_until, due_at) AS due
    FROM jobber_deliveries INDEXED BY jobber_deliveries_due
    WHERE ${OPEN} AND coalesce(claimed_until, due_at) <= ?
    ORDER BY coalesce(claimed_until, due_at) LIMIT ?)
  GROUP BY client_slug, object_type, object_id ORDER BY min(due) LIMIT ?`;

/** How many rows the first look takes for each object it wants, and how many times as many the next one. */
const WIDER = 4;

interface DueRow extends ObjectRef {
  readonly rows: number;
}

/** Objects with rows that are due or whose claim has run out, the longest waiting first. */
export function dueObjects(
  connection: Connection,
  { now, limit, except = [] }: DueOptions,
): readonly ObjectRef[] {
  const passedOver = new Set(except.map(objectKey));
  const most = limit + passedOver.size;
  // Of a long queue only the beginning is read, for this runs whenever something was accepted: but as far as it takes to see past objects
  // with very many rows.
  for (let window = WIDER * most; ; window *= WIDER) {
    const found = connection.all<DueRow>(DUE, now, window, most);
    const objects = found.filter((row) => !passedOver.has(objectKey(row)));
    const rows = found.reduce((sum, row) => sum + row.rows, 0);
    if (objects.length >= limit || rows < window) {
      return objects
        .slice(0, limit)
        .map(({ clientSlug, objectType, objectId }) => ({ clientSlug, objectType, objectId }));
    }
  }
}
