import type { Inbox, ObjectRef } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { reading } from "../database/store-error.ts";
import { clockLimit, DELAYED, type InboxContext, PROMPT, wholeLimit } from "./inbox-context.ts";
import { heldValues, IS_HELD } from "./lanes.ts";

/** Rows of one index, and the values of its condition. */
interface Source {
  readonly rows: string;
  readonly values: (now: number) => readonly SqliteValue[];
}

/** Rows whose time has come. */
const REACHED: readonly Source[] = [
  {
    rows: `jobber_deliveries INDEXED BY jobber_deliveries_due WHERE ${PROMPT} AND due_at <= ?`,
    values: (now) => [now],
  },
  {
    rows: `jobber_deliveries INDEXED BY jobber_deliveries_due_later WHERE ${DELAYED} AND due_at <= ?`,
    values: (now) => [now],
  },
];

/** Rows that a fast clock scheduled in the future. There are none until a clock is set back. */
const CORRECTED: readonly Source[] = [
  {
    rows: `jobber_deliveries INDEXED BY jobber_deliveries_due
      WHERE ${PROMPT} AND due_at > ? AND due_at - delay_ms > ?`,
    values: (now) => [clockLimit(now), clockLimit(now)],
  },
  {
    rows: `jobber_deliveries INDEXED BY jobber_deliveries_scheduled
      WHERE ${DELAYED} AND due_at - delay_ms > ?`,
    values: (now) => [clockLimit(now)],
  },
];

const ANY_CORRECTED = `SELECT ${CORRECTED.map(({ rows }) => `EXISTS (SELECT 1 FROM ${rows})`).join(" OR ")} AS "any"`;
const DUE = dueStatement(REACHED);
const DUE_AFTER_CORRECTION = dueStatement([...REACHED, ...CORRECTED]);

/** Rows that the first query reads per wanted object, and the factor by which each later one grows. */
const WIDER = 4;

interface DueRow extends ObjectRef {
  readonly rows: number;
}

/** Creates `due`, which follows `transitions.isReady` and `transitions.isLaneHeld`. */
export function createDue({ connection }: InboxContext): Inbox["due"] {
  return async ({ now, limit, exclude = [] }) =>
    reading(() => {
      const most = wholeLimit(limit);
      const excluded = exclude.map(nameOf);
      const objects: ObjectRef[] = [];
      const query = createQuery(connection, now);
      // Reads only the beginning of a long queue, because it runs after every accept. Objects that
      // fill it with very many rows are excluded from the next query: skipping a row costs a tenth
      // of counting it.
      for (let window = WIDER * most; ; window *= WIDER) {
        const found = query(JSON.stringify(excluded), window, most - objects.length);
        for (const { tenant, objectType, objectId } of found)
          objects.push({ tenant, objectType, objectId });
        const rows = found.reduce((sum, row) => sum + row.rows, 0);
        if (objects.length >= most || rows < window) return objects;
        excluded.push(...found.map(nameOf));
      }
    });
}

function createQuery(connection: Connection, now: number) {
  const corrected = connection.get<{ readonly any: number }>(
    ANY_CORRECTED,
    ...CORRECTED.flatMap(({ values }) => values(now)),
  );
  const sources = corrected?.any === 1 ? [...REACHED, ...CORRECTED] : REACHED;
  const sql = corrected?.any === 1 ? DUE_AFTER_CORRECTION : DUE;
  return (excluded: string, window: number, limit: number): readonly DueRow[] => {
    const busy = [excluded, ...heldValues(now)];
    const windows = sources.flatMap(({ values }) => [...values(now), window]);
    return connection.all<DueRow>(sql, ...busy, ...windows, ...heldValues(now), window, limit);
  };
}

/** Expired lanes have rows that are left over from their claim. */
function dueStatement(sources: readonly Source[]): string {
  const object = "tenant, object_type, object_id";
  const windows = sources.map(
    ({ rows }) => `SELECT * FROM (SELECT ${object}, due_at AS due FROM ${rows}
      AND (${object}) NOT IN busy ORDER BY due_at LIMIT ?)`,
  );
  return `WITH busy AS MATERIALIZED (
    SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?)
    UNION ALL SELECT ${object} FROM jobber_lanes WHERE ${IS_HELD})
  SELECT tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", count(*) AS "rows"
  FROM (
    ${windows.join("\n    UNION ALL ")}
    UNION ALL SELECT ${object}, held_until FROM jobber_lanes
      WHERE NOT (${IS_HELD}) AND (${object}) NOT IN busy
    ORDER BY due LIMIT ?)
  GROUP BY ${object} ORDER BY min(due) LIMIT ?`;
}

function nameOf({ tenant, objectType, objectId }: ObjectRef): readonly [string, string, string] {
  return [tenant, objectType, objectId];
}
