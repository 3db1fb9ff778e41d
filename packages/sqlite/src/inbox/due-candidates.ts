import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { clockLimit, DELAYED, IS_DEBOUNCED, PROMPT } from "./inbox-context.ts";

/** Rows of one tenant in one index, at least one of which is due. */
export interface Candidate {
  readonly tenant: string;
  /** When the first of them became due. Milliseconds since 1970. */
  readonly since: number;
  /** A FROM clause with conditions. */
  readonly rows: string;
  /** The values of the parameters in `rows`. */
  readonly values: readonly SqliteValue[];
}

interface Head {
  readonly tenant: string;
  readonly delayed: number;
  /** The time at which the tenant's first row is due. */
  readonly first: number;
  /** The latest time at which one of its rows can have been scheduled. */
  readonly last: number;
}

const DUE = "jobber_deliveries INDEXED BY jobber_deliveries_due";
const DUE_LATER = "jobber_deliveries INDEXED BY jobber_deliveries_due_later";
const SCHEDULED = "jobber_deliveries INDEXED BY jobber_deliveries_scheduled";

// A recursive query that jumps from tenant to tenant: its cost grows with the number of tenants,
// not with the length of their queues.
const HEADS = `WITH RECURSIVE
  prompt(tenant) AS (${tenants(`${DUE} WHERE ${PROMPT}`, "prompt")}),
  delayed(tenant) AS (${tenants(`${DUE_LATER} WHERE ${DELAYED}`, "delayed")})
  SELECT tenant, 0 AS "delayed",
    (SELECT min(due_at) FROM ${DUE} WHERE ${PROMPT} AND jobber_deliveries.tenant = prompt.tenant) AS "first",
    (SELECT max(due_at) FROM ${DUE} WHERE ${PROMPT} AND jobber_deliveries.tenant = prompt.tenant) AS "last"
  FROM prompt WHERE tenant IS NOT NULL
  UNION ALL SELECT tenant, 1,
    (SELECT min(due_at) FROM ${DUE_LATER} WHERE ${DELAYED} AND jobber_deliveries.tenant = delayed.tenant),
    (SELECT max(due_at - delay_ms) FROM ${SCHEDULED} WHERE ${DELAYED} AND jobber_deliveries.tenant = delayed.tenant)
  FROM delayed WHERE tenant IS NOT NULL`;

/**
 * Returns where rows are due by `transitions.isReady`, or are debounced and these are wanted too,
 * those that are due for longest first.
 */
export function readCandidates(
  connection: Connection,
  { now, debounced }: { readonly now: number; readonly debounced: boolean },
): readonly Candidate[] {
  const limit = clockLimit(now);
  const candidates: Candidate[] = [];
  for (const { tenant, delayed, first, last } of connection.all<Head>(HEADS)) {
    const [source, condition] = delayed === 1 ? [DUE_LATER, DELAYED] : [DUE, PROMPT];
    if (first <= now) {
      const rows = `${source} WHERE ${condition} AND tenant = ? AND due_at <= ?`;
      candidates.push({ tenant, since: first, rows, values: [tenant, now] });
    }
    if (debounced && delayed === 0 && last > now) {
      const rows = `${source} WHERE ${condition} AND tenant = ? AND due_at > ? AND ${IS_DEBOUNCED}`;
      candidates.push({ tenant, since: Math.max(first, now), rows, values: [tenant, now] });
    }
    // A clock that was fast has scheduled rows in the future.
    if (last > limit) candidates.push(correctedRows(tenant, delayed === 1, first, limit));
  }
  return candidates.sort((a, b) => a.since - b.since);
}

function correctedRows(tenant: string, delayed: boolean, since: number, limit: number): Candidate {
  return delayed
    ? {
        tenant,
        since,
        rows: `${SCHEDULED} WHERE ${DELAYED} AND tenant = ? AND due_at - delay_ms > ?`,
        values: [tenant, limit],
      }
    : {
        tenant,
        since,
        // With a short delay, a row that was scheduled after the limit is due after it too.
        rows: `${DUE} WHERE ${PROMPT} AND tenant = ? AND due_at > ? AND due_at - delay_ms > ?`,
        values: [tenant, limit, limit],
      };
}

function tenants(rows: string, name: string): string {
  const next = (after: string) =>
    `SELECT (SELECT tenant FROM ${rows} AND tenant ${after} ORDER BY tenant LIMIT 1)`;
  return `${next(">= ''")} UNION ALL ${next(`> ${name}.tenant`)} FROM ${name} WHERE ${name}.tenant IS NOT NULL`;
}
