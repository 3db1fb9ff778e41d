import { type ChangeFeed, type ObjectRef, objectKey, transitions } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import { clockLimit, wholeLimit } from "../inbox/inbox-context.ts";
import { listChangeLanes } from "./change-lanes.ts";
import { DELAYED, type FeedContext, PROMPT } from "./feed-context.ts";

const DUE = `jobber_changes INDEXED BY jobber_changes_due WHERE ${PROMPT}`;
const LATER = `jobber_changes INDEXED BY jobber_changes_delayed WHERE ${DELAYED}`;
const SCHEDULED = `jobber_changes INDEXED BY jobber_changes_scheduled WHERE ${DELAYED}`;

// Recursive queries that jump from tenant to tenant: their cost grows with the number of tenants,
// not with the length of their lines.
const TENANTS = `WITH RECURSIVE prompt(tenant) AS (${walk(DUE, "prompt")}), delayed(tenant) AS (${walk(LATER, "delayed")})
  SELECT tenant FROM prompt WHERE tenant IS NOT NULL UNION SELECT tenant FROM delayed WHERE tenant IS NOT NULL`;

const OBJECT = `tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", due_at AS "dueAt"`;
const SKIPPED = `AND (tenant, object_type, object_id) NOT IN (
  SELECT value ->> 0, value ->> 1, value ->> 2 FROM json_each(?))`;

/** Reads the first due changes of a tenant; a record may occur several times. */
const OF_TENANT = `SELECT ${OBJECT} FROM (
    SELECT * FROM (SELECT * FROM ${DUE} AND tenant = ?1 AND due_at <= ?2 ${skipped(4)} ORDER BY due_at LIMIT ?5)
    UNION ALL SELECT * FROM (SELECT * FROM ${DUE} AND tenant = ?1 AND due_at > ?3 ${skipped(4)} LIMIT ?5)
    UNION ALL SELECT * FROM (SELECT * FROM ${LATER} AND tenant = ?1 AND due_at <= ?2 ${skipped(4)} ORDER BY due_at LIMIT ?5)
  )`;

/** Reads changes that a fast clock has scheduled, of all tenants. */
const OF_FAST_CLOCKS = `SELECT ${OBJECT} FROM ${SCHEDULED} AND due_at - delay_ms > ?1 ${skipped(2)} LIMIT ?3`;

/** Changes that are read per wanted record. */
const WINDOW = 4;

type DueRow = ObjectRef & { readonly dueAt: number };

/** Creates `due`, which follows `changeRules.isChangeDue` and `transitions.isLaneHeld`. */
export function createDue({ database }: FeedContext): ChangeFeed["due"] {
  return async ({ now, limit, exclude = [], excludeTenants = [] }) =>
    database.read((connection) => {
      const most = wholeLimit(limit);
      const left = new Set(excludeTenants);
      const skipped = [...exclude, ...heldObjects(connection, now)];
      const found: DueRow[] = readFastClocks(connection, { now, most, skipped }).filter(
        ({ tenant }) => !left.has(tenant),
      );
      for (const { tenant } of connection.all<{ readonly tenant: string }>(TENANTS)) {
        if (!left.has(tenant))
          found.push(...readTenant(connection, tenant, { now, most, skipped }));
      }
      return oldest(found, most);
    });
}

interface Look {
  readonly now: number;
  readonly most: number;
  readonly skipped: readonly ObjectRef[];
}

function heldObjects(connection: Connection, now: number): readonly ObjectRef[] {
  return listChangeLanes(connection).filter((lane) => transitions.isLaneHeld(lane, now));
}

/** Reads a tenant's records until enough are found or none are left. */
function readTenant(
  connection: Connection,
  tenant: string,
  { now, most, skipped }: Look,
): readonly DueRow[] {
  const found: DueRow[] = [];
  const known = new Set<string>();
  const skip = skipped.filter((object) => object.tenant === tenant).map(nameOf);
  const window = WINDOW * most;
  for (;;) {
    const list = JSON.stringify(skip);
    const rows = connection.all<DueRow>(OF_TENANT, tenant, now, clockLimit(now), list, window);
    for (const row of rows) {
      if (known.has(objectKey(row))) continue;
      known.add(objectKey(row));
      found.push(row);
      skip.push(nameOf(row));
    }
    // Many changes of few records filled the window: look behind them.
    if (known.size >= most || rows.length < window) return found;
  }
}

function readFastClocks(connection: Connection, { now, most, skipped }: Look): readonly DueRow[] {
  const list = JSON.stringify(skipped.map(nameOf));
  return connection.all<DueRow>(OF_FAST_CLOCKS, clockLimit(now), list, WINDOW * most);
}

/** Returns the records that are due for longest, each once. */
function oldest(rows: readonly DueRow[], limit: number): readonly ObjectRef[] {
  const byKey = new Map<string, ObjectRef>();
  for (const { tenant, objectType, objectId } of [...rows].sort((a, b) => a.dueAt - b.dueAt)) {
    const object = { tenant, objectType, objectId };
    if (!byKey.has(objectKey(object))) byKey.set(objectKey(object), object);
  }
  return [...byKey.values()].slice(0, limit);
}

function nameOf({ tenant, objectType, objectId }: ObjectRef): readonly string[] {
  return [tenant, objectType, objectId];
}

function skipped(parameter: number): string {
  return SKIPPED.replace("?", `?${parameter}`);
}

function walk(rows: string, name: string): string {
  const next = (after: string) =>
    `SELECT (SELECT tenant FROM ${rows} AND tenant ${after} ORDER BY tenant LIMIT 1)`;
  return `${next(">= ''")} UNION ALL ${next(`> ${name}.tenant`)} FROM ${name} WHERE ${name}.tenant IS NOT NULL`;
}
