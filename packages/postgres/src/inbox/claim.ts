import { randomUUID } from "node:crypto";
import type { Claim, ClaimedDelivery, Inbox, ObjectRef } from "@jobber-sync/core/ports";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import { millisecondsSql } from "../database/times.ts";
import { runStatement } from "../database/transaction.ts";
import { COMMIT_LATER, type InboxContext, nowSql, nowValue, wholeLimit } from "./inbox-context.ts";
import { debouncedSql, laneHeldSql, readySql } from "./lane-sql.ts";

interface Wanted extends ObjectRef {
  readonly id: string;
  readonly now: number | null;
  readonly leaseMs: number;
  readonly limit: number;
  readonly debounced: boolean;
}

type ClaimedRow = Omit<ClaimedDelivery, "body"> & {
  readonly claimId: string;
  /** The database's clock; used unless the caller passed its own `now`. */
  readonly claimedAt: number;
  readonly body: string | null;
};

const MAX_OBJECTS = 64;
const LANES = 2;

/** Creates `claim`: concurrent claims of different objects share a statement. */
export function createClaim(context: InboxContext): Inbox["claim"] {
  const statement = claimStatement(context);
  const commit = createGroupCommit<Wanted, readonly ClaimedRow[]>({
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
    const deliveries = rows.map(claimed).sort((a, b) => a.sequence - b.sequence);
    return { id, object, claimedAt: at ?? first.claimedAt, deliveries } satisfies Claim;
  };

  async function claimAll(wanted: readonly Wanted[]): Promise<readonly (readonly ClaimedRow[])[]> {
    const rows = await runStatement<ClaimedRow>(context.pool, statement, [jsonText(wanted)]);
    const byClaim = new Map<string, ClaimedRow[]>(wanted.map(({ id }) => [id, []]));
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
    (SELECT true FROM ${deliveries} d WHERE ${object("given")}
      AND (${readySql("d", "given.at")} OR given.debounced AND ${debouncedSql("d")}) LIMIT 1) AS starts
  FROM given
),
ready AS MATERIALIZED (
  SELECT due.sequence, wanted.id
  FROM wanted CROSS JOIN LATERAL (
    SELECT d.sequence FROM ${deliveries} d
    WHERE ${object("wanted")} AND wanted.starts AND (${readySql("d", "wanted.at")} OR ${debouncedSql("d")})
      AND (d.state = 'waiting' OR NOT wanted.held)
    -- sequence + 0: with the bare column and a limit the planner may walk the primary key over all rows.
    ORDER BY d.sequence + 0 LIMIT CASE WHEN wanted.held THEN 1 ELSE wanted."limit" END
    FOR UPDATE SKIP LOCKED
  ) AS due
),
lanes AS (
  INSERT INTO ${lanes} AS lane (tenant, object_type, object_id, claim_id, until, lease_ms, wanted)
  SELECT "tenant", "objectType", "objectId", id, at + "leaseMs" * interval '1 ms', "leaseMs", held
  FROM wanted WHERE id IN (SELECT id FROM ready)
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
)
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
)::text AS json`;
}

/** The time of the claim that meets a lane: the start of its own lease. */
const AT = "(excluded.until - excluded.lease_ms * interval '1 ms')";

function claimed({ claimId: _, claimedAt: __, body, ...row }: ClaimedRow): ClaimedDelivery {
  // Only finished rows lose their body.
  return { ...row, body: Buffer.from(body ?? "", "base64") };
}
