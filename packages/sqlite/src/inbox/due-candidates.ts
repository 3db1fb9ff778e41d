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
  /** Whether the rows are refreshes, which come after deliveries. */
  readonly isRefresh: boolean;
}

interface Head {
  readonly tenant: string;
  /** 0 for deliveries with a short delay, 1 for those with a longer one, 2 for refreshes. */
  readonly kind: 0 | 1 | 2;
  /** The time at which the tenant's first row is due. */
  readonly first: number;
  /** The latest time at which one of its rows can have been scheduled. */
  readonly last: number;
}

const DUE = "jobber_deliveries INDEXED BY jobber_deliveries_due";
const DUE_LATER = "jobber_deliveries INDEXED BY jobber_deliveries_due_later";
const SCHEDULED = "jobber_deliveries INDEXED BY jobber_deliveries_scheduled";

const REFRESH = "jobber_refreshes INDEXED BY jobber_refreshes_due WHERE TRUE";
const REFRESH_SCHEDULED = "jobber_refreshes INDEXED BY jobber_refreshes_scheduled WHERE TRUE";

/** Rows by the time they are due, and by the time they were scheduled; `due` serves both. */
const SOURCES = [
  { due: `${DUE} WHERE ${PROMPT}`, scheduled: `${DUE} WHERE ${PROMPT}`, latest: "due_at" },
  {
    due: `${DUE_LATER} WHERE ${DELAYED}`,
    scheduled: `${SCHEDULED} WHERE ${DELAYED}`,
    latest: "due_at - delay_ms",
  },
  { due: REFRESH, scheduled: REFRESH_SCHEDULED, latest: "due_at - delay_ms" },
] as const;

// A recursive query that jumps from tenant to tenant: its cost grows with the number of tenants,
// not with the length of their queues.
const HEADS = `WITH RECURSIVE
  ${SOURCES.map(({ due }, kind) => `tenants_${kind}(tenant) AS (${tenants(due, `tenants_${kind}`)})`).join(",\n  ")}
  ${SOURCES.map(head).join("\n  UNION ALL ")}`;

function head({ due, scheduled, latest }: (typeof SOURCES)[number], kind: number): string {
  const own = `tenant = tenants_${kind}.tenant`;
  return `SELECT tenant, ${kind} AS "kind",
    (SELECT min(due_at) FROM ${due} AND ${ownTable(kind)}.${own}) AS "first",
    (SELECT max(${latest}) FROM ${scheduled} AND ${ownTable(kind)}.${own}) AS "last"
  FROM tenants_${kind} WHERE tenant IS NOT NULL`;
}

function ownTable(kind: number): string {
  return kind === 2 ? "jobber_refreshes" : "jobber_deliveries";
}

/**
 * Returns where rows are due by `transitions.isReady`, or are debounced and these are wanted too:
 * deliveries first, those that are due for longest first.
 */
export function readCandidates(
  connection: Connection,
  { now, debounced }: { readonly now: number; readonly debounced: boolean },
): readonly Candidate[] {
  const limit = clockLimit(now);
  const candidates: Candidate[] = [];
  for (const { tenant, kind, first, last } of connection.all<Head>(HEADS)) {
    const { due, scheduled } = SOURCES[kind];
    const add = (since: number, rows: string, ...values: readonly SqliteValue[]) =>
      candidates.push({ tenant, since, rows, values: [tenant, ...values], isRefresh: kind === 2 });
    if (first <= now) add(first, `${due} AND tenant = ? AND due_at <= ?`, now);
    if (debounced && kind === 0 && last > now) {
      const rows = `${due} AND tenant = ? AND due_at > ? AND ${IS_DEBOUNCED}`;
      add(Math.max(first, now), rows, now);
    }
    // A clock that was fast has scheduled rows in the future.
    if (last > limit) {
      const fast = "AND due_at - delay_ms > ?";
      // With a short delay, a row that was scheduled after the limit is due after it too.
      if (kind === 0) add(first, `${due} AND tenant = ? AND due_at > ? ${fast}`, limit, limit);
      else add(first, `${scheduled} AND tenant = ? ${fast}`, limit);
    }
  }
  return candidates.sort((a, b) => Number(a.isRefresh) - Number(b.isRefresh) || a.since - b.since);
}

function tenants(rows: string, name: string): string {
  const next = (after: string) =>
    `SELECT (SELECT tenant FROM ${rows} AND tenant ${after} ORDER BY tenant LIMIT 1)`;
  return `${next(">= ''")} UNION ALL ${next(`> ${name}.tenant`)} FROM ${name} WHERE ${name}.tenant IS NOT NULL`;
}
