import { randomUUID } from "node:crypto";
import {
  type Claim,
  type ClaimedDelivery,
  type Inbox,
  type ObjectRef,
  objectKey,
} from "@jobber-sync/core/ports";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import { millisecondsSql } from "../database/times.ts";
import { runStatement } from "../database/transaction.ts";
import { COMMIT_LATER, type InboxContext, nowSql, nowValue, wholeLimit } from "./inbox-context.ts";

interface Wanted extends ObjectRef {
  readonly id: string;
  readonly now: number | null;
  readonly leaseMs: number;
  readonly limit: number;
}

type ClaimedRow = Omit<ClaimedDelivery, "body"> & {
  readonly claimId: string;
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
    // A row can belong to only one claim of a statement.
    keysOf: (wanted) => [objectKey(wanted)],
  });

  return async (
    { tenant, objectType, objectId },
    { leaseMs, now, limit = Number.POSITIVE_INFINITY },
  ) => {
    const object = { tenant, objectType, objectId };
    const id = randomUUID();
    const rows = await commit({
      ...object,
      id,
      now: nowValue(context, now),
      leaseMs,
      limit: wholeLimit(limit),
    });
    const [first] = rows;
    if (first === undefined) return null;
    const deliveries = rows.map(claimed).sort((a, b) => a.sequence - b.sequence);
    return { id, object, claimedAt: first.claimedAt, deliveries } satisfies Claim;
  };

  async function claimAll(wanted: readonly Wanted[]): Promise<readonly (readonly ClaimedRow[])[]> {
    const rows = await runStatement<ClaimedRow>(context.pool, statement, [jsonText(wanted)]);
    const byClaim = new Map<string, ClaimedRow[]>(wanted.map(({ id }) => [id, []]));
    for (const row of rows) byClaim.get(row.claimId)?.push(row);
    return [...byClaim.values()];
  }
}

/**
 * `$1` is a JSON list. Skips locked rows: their transaction claims them itself, or returns them to
 * waiting together with a wake-up.
 */
function claimStatement({ schema }: InboxContext): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  return `
WITH wanted AS MATERIALIZED (
  SELECT x.*, ${nowSql("x.now")} AS at, ${COMMIT_LATER}
  FROM json_to_recordset($1::text::json) AS x(
    "tenant" text, "objectType" text, "objectId" text, id text, now float8, "leaseMs" float8, "limit" bigint)
),
ready AS MATERIALIZED (
  SELECT due.sequence, wanted.id, wanted.at, wanted.at + wanted."leaseMs" * interval '1 ms' AS until
  FROM wanted CROSS JOIN LATERAL (
    SELECT d.sequence FROM ${deliveries} d
    WHERE d.tenant = wanted."tenant" AND d.object_type = wanted."objectType" AND d.object_id = wanted."objectId"
      AND d.state IN ('waiting', 'claimed') AND d.due_at <= wanted.at
    -- sequence + 0: with the bare column and a limit the planner may walk the primary key over all rows.
    ORDER BY d.sequence + 0 LIMIT wanted."limit" FOR UPDATE SKIP LOCKED
  ) AS due
)
UPDATE ${deliveries} d SET state = 'claimed', claim_id = ready.id, due_at = ready.until
FROM ready
-- The array repeats the join condition so that the index is used whatever the planner estimates.
WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM ready)) AND d.sequence = ready.sequence
RETURNING json_build_object(
  'claimId', d.claim_id, 'claimedAt', extract(epoch FROM ready.at) * 1000, 'sequence', d.sequence,
  'deliveryKey', d.delivery_key, 'body', encode(d.body, 'base64'),
  'receivedAt', ${millisecondsSql("d.received_at")}, 'startedAt', ${millisecondsSql("d.started_at")},
  'attempts', d.attempts, 'retries', d.retries, 'recheckSince', ${millisecondsSql("d.recheck_since")},
  'pausedMs', d.paused_ms, 'reason', d.reason
)::text AS json`;
}

function claimed({ claimId: _, claimedAt: __, body, ...row }: ClaimedRow): ClaimedDelivery {
  // Only finished rows lose their body.
  return { ...row, body: Buffer.from(body ?? "", "base64") };
}
