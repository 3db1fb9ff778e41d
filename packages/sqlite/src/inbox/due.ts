import { type Inbox, type ObjectRef, objectKey, transitions } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { clockLimit, DELAYED, type InboxContext, PROMPT, wholeLimit } from "./inbox-context.ts";
import { listLanes } from "./lanes.ts";

/** Rows that are due, read in the order of one index. */
interface Source {
  readonly rows: string;
  /** Returns the values of the parameters in `rows`. */
  readonly values: (now: number) => readonly SqliteValue[];
}

// The first two contain rows whose time has come. The other two contain rows that a fast clock
// scheduled in the future, so they are empty until a clock is set back.
const SOURCES: readonly Source[] = [
  {
    rows: `jobber_deliveries INDEXED BY jobber_deliveries_due WHERE ${PROMPT} AND due_at <= ?`,
    values: (now) => [now],
  },
  {
    rows: `jobber_deliveries INDEXED BY jobber_deliveries_due_later WHERE ${DELAYED} AND due_at <= ?`,
    values: (now) => [now],
  },
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

/** One column per source: whether it has rows. */
const ANY = `SELECT ${SOURCES.map(({ rows }, index) => `EXISTS (SELECT 1 FROM ${rows}) AS "${index}"`).join(", ")}`;

const OBJECT = "tenant, object_type, object_id";

/**
 * Rows that the first query reads per wanted object, and the factor by which each later one grows.
 */
const WIDER = 4;

interface DueRow extends ObjectRef {
  readonly rows: number;
}

/** Creates `due`, which follows `transitions.isReady` and `transitions.isLaneHeld`. */
export function createDue({ database }: InboxContext): Inbox["due"] {
  return async ({ now, limit, exclude = [], excludeTenants = [] }) =>
    database.read((connection) => {
      const most = wholeLimit(limit);
      const { expired, held } = readLanes(connection, { now, exclude, excludeTenants });
      // An expired lane has rows that are left over from its claim.
      const objects = expired.slice(0, most);
      const sources = readSources(connection, now);
      if (sources.length === 0) return objects;
      const excluded = [...exclude, ...held, ...objects];
      // Reads only the beginning of a long queue, because it runs after every accept. Objects that
      // fill it with very many rows are excluded from the next query: skipping a row costs a tenth
      // of counting it.
      for (let window = WIDER * most; objects.length < most; window *= WIDER) {
        const left = most - objects.length;
        const query = { sources, now, excluded, excludeTenants, window, limit: left };
        const found = readObjects(connection, query);
        for (const { tenant, objectType, objectId } of found)
          objects.push({ tenant, objectType, objectId });
        if (found.reduce((sum, { rows }) => sum + rows, 0) < window) break;
        excluded.push(...found);
      }
      return objects;
    });
}

/**
 * Returns the objects whose lane has expired, without excluded ones, and those whose lane is held.
 */
function readLanes(
  connection: Connection,
  {
    now,
    exclude,
    excludeTenants,
  }: {
    readonly now: number;
    readonly exclude: readonly ObjectRef[];
    readonly excludeTenants: readonly string[];
  },
): { readonly expired: readonly ObjectRef[]; readonly held: readonly ObjectRef[] } {
  const expired: ObjectRef[] = [];
  const held: ObjectRef[] = [];
  const excluded = new Set(exclude.map(objectKey));
  for (const { tenant, objectType, objectId, ...lane } of listLanes(connection)) {
    const object = { tenant, objectType, objectId };
    if (excludeTenants.includes(tenant) || excluded.has(objectKey(object))) continue;
    (transitions.isLaneHeld(lane, now) ? held : expired).push(object);
  }
  return { expired, held };
}

/** Returns the sources that have rows, so that the query reads no others. */
function readSources(connection: Connection, now: number): readonly Source[] {
  const values = SOURCES.flatMap((source) => source.values(now));
  const any = connection.get<Readonly<Record<number, number>>>(ANY, ...values);
  return SOURCES.filter((_, index) => any?.[index] === 1);
}

interface Query {
  readonly sources: readonly Source[];
  readonly now: number;
  readonly excluded: readonly ObjectRef[];
  readonly excludeTenants: readonly string[];
  /** Maximum number of rows to read. */
  readonly window: number;
  readonly limit: number;
}

function readObjects(
  connection: Connection,
  { sources, now, excluded, excludeTenants, window, limit }: Query,
): readonly DueRow[] {
  let condition = "";
  const lists: string[] = [];
  if (excludeTenants.length > 0) {
    condition += "AND tenant NOT IN (SELECT value FROM json_each(?)) ";
    lists.push(JSON.stringify(excludeTenants));
  }
  if (excluded.length > 0) {
    condition += `AND (${OBJECT}) NOT IN (SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`;
    const names = excluded.map(({ tenant, objectType, objectId }) => [
      tenant,
      objectType,
      objectId,
    ]);
    lists.push(JSON.stringify(names));
  }
  const queries = sources.map(
    ({ rows }) =>
      `SELECT * FROM (SELECT ${OBJECT}, due_at AS due FROM ${rows} ${condition} ORDER BY due_at LIMIT ?)`,
  );
  return connection.all<DueRow>(
    `SELECT tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", count(*) AS "rows"
    FROM (${queries.join(" UNION ALL ")} ORDER BY due LIMIT ?)
    GROUP BY ${OBJECT} ORDER BY min(due) LIMIT ?`,
    ...sources.flatMap(({ values }) => [...values(now), ...lists, window]),
    window,
    limit,
  );
}
