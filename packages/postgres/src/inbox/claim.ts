import { randomUUID } from "node:crypto";
import type {
  Claim,
  ClaimedDelivery,
  ClaimedRefresh,
  Inbox,
  ObjectRef,
} from "@jobber-sync/core/ports";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import { millisecondsSql } from "../database/times.ts";
import { runStatement } from "../database/transaction.ts";
import { COMMIT_LATER, type InboxContext, nowSql, nowValue, wholeLimit } from "./inbox-context.ts";
import { debouncedSql, joinsRunSql, laneHeldSql, readySql, scheduledSql } from "./lane-sql.ts";

interface Wanted extends ObjectRef {
  readonly id: string;
  readonly now: number | null;
  readonly leaseMs: number;
  readonly limit: number;
  readonly debounced: boolean;
}

interface ClaimPart {
  readonly claimId: string;
  /** The database's clock; used unless the caller passed its own `now`. */
  readonly claimedAt: number;
}

type ClaimedRow = Omit<ClaimedDelivery, "body"> &
  ClaimPart & { readonly body: string | null; readonly refresh?: undefined };

/** Each delivery of a claim, and its refresh. */
type ClaimRow = ClaimedRow | (ClaimPart & { readonly refresh: ClaimedRefresh });

const MAX_OBJECTS = 64;
const LANES = 2;

/** Creates `claim`: concurrent claims of different objects share a statement. */
export function createClaim(context: InboxContext): Inbox["claim"] {
  const statement = claimStatement(context);
  const commit = createGroupCommit<Wanted, readonly ClaimRow[]>({
    write: claimAll,
    maxItems: MAX_OBJECTS,
    lanes: LANES,
    // A lane can go to only one claim of a statement.
    keysOf: ({ tenant, objectType, objectId }) => [jsonText([tenant, objectType, objectId])],
  });

  return async (
    { tenant, objectType, objectId },
    { leaseMs, now, limit = Number.POSITIVE_INFINITY, debounced = false },
  ) => {
    const object = { tenant, objectType, objectId };
    const id = randomUUID();
    const at = nowValue(context, now);
    const wanted = { ...object, id, now: at, leaseMs, limit: wholeLimit(limit), debounced };
    const rows = await commit(wanted);
    const [first] = rows;
    if (first === undefined) return null;
    const deliveries = rows
      .flatMap((row) => (row.refresh === undefined ? [claimed(row)] : []))
      .sort((a, b) => a.sequence - b.sequence);
    const refresh = rows.find((row) => row.refresh !== undefined)?.refresh ?? null;
    return { id, object, claimedAt: at ?? first.claimedAt, deliveries, refresh } satisfies Claim;
  };

  async function claimAll(wanted: readonly Wanted[]): Promise<readonly (readonly ClaimRow[])[]> {
    const rows = await runStatement<ClaimRow>(context.pool, statement, [jsonText(wanted)]);
    const byClaim = new Map<string, ClaimRow[]>(wanted.map(({ id }) => [id, []]));
    for (const row of rows) byClaim.get(row.claimId)?.push(row);
    return [...byClaim.values()];
  }
}

/**
 * `$1` is a JSON list. Locks the rows to take, if one of them is ready, then takes the lanes of
 * their objects. A lane that another claim holds is only marked as wanted, so that its settlement
 * wakes the object; one waiting row is enough for that. If such a lane turns out to be free after
 * all, the claim gets that row and the mark, and its own settlement wakes the object for the
 * others.
 *
 * All statements lock tenants, then rows, then lanes in the order of their keys, and only `settle`
 * and `resume` wait for rows: this one skips locked rows, so it cannot deadlock. The transaction
 * that locks them claims them itself, or returns them to waiting together with a wake-up.
 *
 * No join on `sequence`: without statistics the planner repeats the whole list for each row of it.
 */
function claimStatement({ schema }: InboxContext): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  const lanes = `${schema.quoted}.jobber_lanes`;
  const refreshes = `${schema.quoted}.jobber_refreshes`;
  const refresh = (of: string) =>
    `r.object_id = ${of}."objectId" AND r.object_type = ${of}."objectType" AND r.tenant = ${of}."tenant"`;
  const object = (of: string) => `d.tenant = ${of}."tenant" AND d.object_type = ${of}."objectType"
      AND d.object_id = ${of}."objectId" AND d.state IN ('waiting', 'claimed')`;
  return `
WITH given AS MATERIALIZED (
  SELECT x.*, ${nowSql("x.now")} AS at, ${COMMIT_LATER}
  FROM json_to_recordset($1::text::json) AS x(
    "tenant" text, "objectType" text, "objectId" text, id text, now float8, "leaseMs" float8, "limit" bigint, debounced boolean)
),
wanted AS MATERIALIZED (
  SELECT *, EXISTS (SELECT FROM ${lanes} lane
    WHERE lane.tenant = given."tenant" AND lane.object_type = given."objectType"
      AND lane.object_id = given."objectId" AND ${laneHeldSql("lane", "given.at")}) AS held,
    (SELECT true FROM ${refreshes} r WHERE ${refresh("given")} AND ${scheduledSql("r", "given.at")} LIMIT 1) AS refreshes,
    (SELECT true FROM ${deliveries} d WHERE ${object("given")}
      AND (${readySql("d", "given.at")} OR given.debounced AND ${debouncedSql("d")}) LIMIT 1) AS starts
  FROM given
),
ready AS MATERIALIZED (
  SELECT due.sequence, wanted.id
  FROM wanted CROSS JOIN LATERAL (
    SELECT d.sequence FROM ${deliveries} d
    WHERE ${object("wanted")} AND (wanted.starts OR wanted.refreshes) AND (${readySql("d", "wanted.at")} OR ${joinsRunSql("d")})
      AND (d.state = 'waiting' OR NOT wanted.held)
    -- sequence + 0: with the bare column and a limit the planner may walk the primary key over all rows.
    ORDER BY d.sequence + 0 LIMIT CASE WHEN wanted.held THEN 1 ELSE wanted."limit" END
    FOR UPDATE SKIP LOCKED
  ) AS due
),
lanes AS (
  INSERT INTO ${lanes} AS lane (tenant, object_type, object_id, claim_id, until, lease_ms, wanted)
  SELECT "tenant", "objectType", "objectId", id, at + "leaseMs" * interval '1 ms', "leaseMs", held
  FROM wanted WHERE refreshes OR id IN (SELECT id FROM ready)
  ORDER BY "tenant" COLLATE "C", "objectType" COLLATE "C", "objectId" COLLATE "C"
  ON CONFLICT (tenant, object_type, object_id) DO UPDATE SET
    wanted = excluded.wanted OR ${laneHeldSql("lane", AT)},
    claim_id = CASE WHEN ${laneHeldSql("lane", AT)} THEN lane.claim_id ELSE excluded.claim_id END,
    until = CASE WHEN ${laneHeldSql("lane", AT)} THEN lane.until ELSE excluded.until END,
    lease_ms = CASE WHEN ${laneHeldSql("lane", AT)} THEN lane.lease_ms ELSE excluded.lease_ms END
  RETURNING tenant, object_type, object_id, claim_id
),
taken AS MATERIALIZED (
  SELECT * FROM lanes WHERE claim_id IN (SELECT id FROM wanted)
),
claimed AS (
  UPDATE ${deliveries} d SET state = 'claimed', claim_id = (
  SELECT claim_id FROM taken t
  WHERE t.tenant = d.tenant AND t.object_type = d.object_type AND t.object_id = d.object_id)
WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM ready WHERE id IN (SELECT claim_id FROM taken)))
RETURNING json_build_object(
  'claimId', d.claim_id, 'claimedAt', extract(epoch FROM statement_timestamp()) * 1000, 'sequence', d.sequence,
  'deliveryKey', d.delivery_key, 'body', encode(d.body, 'base64'),
  'receivedAt', ${millisecondsSql("d.received_at")}, 'startedAt', ${millisecondsSql("d.started_at")},
  'attempts', d.attempts, 'retries', d.retries, 'recheckSince', ${millisecondsSql("d.recheck_since")},
  'pausedMs', d.paused_ms, 'reason', d.reason
)::text AS json
)
SELECT json FROM claimed
UNION ALL
SELECT json_build_object(
  'claimId', t.claim_id, 'claimedAt', extract(epoch FROM statement_timestamp()) * 1000, 'refresh', json_build_object(
    'dueAt', ${millisecondsSql("r.due_at")}, 'lastAt', r.last_at, 'accountId', r.account_id, 'since', r.since,
    'occurredAt', r.occurred_at, 'missingSince', r.missing_since, 'retries', r.retries, 'revision', r.revision)
)::text
FROM taken t JOIN ${refreshes} r
  ON r.object_id = t.object_id AND r.object_type = t.object_type AND r.tenant = t.tenant`;
}

/** The time of the claim that meets a lane: the start of its own lease. */
const AT = "(excluded.until - excluded.lease_ms * interval '1 ms')";

function claimed({ claimId: _, claimedAt: __, body, ...row }: ClaimedRow): ClaimedDelivery {
  // Only finished rows lose their body.
  return { ...row, body: Buffer.from(body ?? "", "base64") };
}
