import { type Inbox, type ObjectRef, objectKey, transitions } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { type Candidate, readCandidates } from "./due-candidates.ts";
import { type InboxContext, OPEN, wholeLimit } from "./inbox-context.ts";
import { listLanes } from "./lanes.ts";

/**
 * Rows that the first query reads per wanted object, and the factor by which each later one grows.
 */
const WIDER = 4;

// Rows of an expired claim. A claim of a refresh alone has none.
const LEFT_OVER = `SELECT 1 FROM jobber_deliveries INDEXED BY jobber_deliveries_open
  WHERE tenant = ? AND object_type = ? AND object_id = ? AND ${OPEN} AND state = 'claimed' LIMIT 1`;

/** An object with work, and the time since which it is due. */
interface DueObject {
  readonly object: ObjectRef;
  readonly due: number;
}

interface DueRow {
  readonly objectType: ObjectRef["objectType"];
  readonly objectId: string;
  readonly due: number;
  readonly rows: number;
}

/**
 * Creates `due`, which follows `transitions.isReady`, `isDebounced` and `isLaneHeld`. Walks the
 * tenants in the order of their oldest row and stops once it has enough objects that are older than
 * the rest.
 */
export function createDue({ database }: InboxContext): Inbox["due"] {
  return async ({ now, limit, debounced = false, exclude = [], excludeTenants = [] }) =>
    database.read((connection) => {
      const most = wholeLimit(limit);
      const left = new Set(excludeTenants);
      const { expired, busy } = readLanes(connection, now, exclude);
      let found = expired.filter(({ object }) => !left.has(object.tenant));
      const skipped = [...busy, ...found.map(({ object }) => object)];
      for (const candidate of readCandidates(connection, { now, debounced })) {
        if (left.has(candidate.tenant)) continue;
        const last = found[most - 1];
        if (last !== undefined && (candidate.isRefresh || last.due <= candidate.since)) break;
        const own = skipped.filter(({ tenant }) => tenant === candidate.tenant);
        const objects = readObjects(connection, candidate, own, most);
        // A refresh comes after every delivery.
        const later = candidate.isRefresh ? Number.MAX_SAFE_INTEGER / 2 : 0;
        found = oldest(
          [...found, ...objects.map((each) => ({ ...each, due: each.due + later }))],
          most,
        );
      }
      return oldest(found, most).map(({ object }) => object);
    });
}

/**
 * Returns expired lanes with rows, without excluded objects, and the objects to skip: those and
 * held ones.
 */
function readLanes(
  connection: Connection,
  now: number,
  exclude: readonly ObjectRef[],
): { readonly expired: readonly DueObject[]; readonly busy: readonly ObjectRef[] } {
  const expired: DueObject[] = [];
  const busy = [...exclude];
  const excluded = new Set(exclude.map(objectKey));
  for (const { tenant, objectType, objectId, ...lane } of listLanes(connection)) {
    const object = { tenant, objectType, objectId };
    if (excluded.has(objectKey(object))) continue;
    if (transitions.isLaneHeld(lane, now)) busy.push(object);
    else if (connection.get(LEFT_OVER, tenant, objectType, objectId) !== undefined)
      expired.push({ object, due: lane.until });
  }
  return { expired, busy };
}

/**
 * Returns the oldest objects of a candidate. Reads only the beginning of a long queue, because
 * `due` runs after every accept. Objects that fill it with very many rows are skipped by the next
 * query: skipping a row costs a tenth of counting it.
 */
function readObjects(
  connection: Connection,
  { tenant, rows, values }: Candidate,
  skipped: readonly ObjectRef[],
  limit: number,
): readonly DueObject[] {
  const objects: DueObject[] = [];
  const skip = skipped.map(nameOf);
  for (let window = WIDER * limit; objects.length < limit; window *= WIDER) {
    const [condition, list]: [string, readonly SqliteValue[]] =
      skip.length === 0
        ? ["", []]
        : [
            "AND (object_type, object_id) NOT IN (SELECT value ->> 0, value ->> 1 FROM json_each(?))",
            [JSON.stringify(skip)],
          ];
    const found = connection.all<DueRow>(
      `SELECT object_type AS "objectType", object_id AS "objectId", min(due_at) AS "due", count(*) AS "rows"
      FROM (SELECT object_type, object_id, due_at FROM ${rows} ${condition} ORDER BY due_at LIMIT ?)
      GROUP BY object_type, object_id ORDER BY min(due_at) LIMIT ?`,
      ...values,
      ...list,
      window,
      limit - objects.length,
    );
    for (const { objectType, objectId, due } of found) {
      objects.push({ object: { tenant, objectType, objectId }, due });
      skip.push([objectType, objectId]);
    }
    if (found.reduce((sum, row) => sum + row.rows, 0) < window) break;
  }
  return objects;
}

/** Returns the objects that are due for longest, each once. */
function oldest(objects: readonly DueObject[], limit: number): DueObject[] {
  const byKey = new Map<string, DueObject>();
  for (const each of [...objects].sort((a, b) => a.due - b.due)) {
    const key = objectKey(each.object);
    if (!byKey.has(key)) byKey.set(key, each);
  }
  return [...byKey.values()].slice(0, limit);
}

function nameOf({ objectType, objectId }: ObjectRef): readonly [string, string] {
  return [objectType, objectId];
}
