import type { Claim, Inbox, Settlement } from "@jobber-sync/core";
import { createGroupCommit } from "../internal/group-commit.ts";
import { jsonText } from "../internal/json-text.ts";
import { type Run, runStatement, runTransaction } from "../internal/transaction.ts";
import { COMMIT_LATER, type InboxContext, sequenceArray, wakeLater } from "./inbox-context.ts";

interface Settling {
  readonly claim: Claim;
  readonly settlements: readonly Settlement[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

const MAX_CLAIMS = 64;
const LANES = 2;

/** Makes `settle`: claims that end at the same time share a statement, but for those whose rows are to be woken again. */
export function createSettle(context: InboxContext): Inbox["settle"] {
  const { pool, clock } = context;
  const statement = settleStatement(context);
  const commit = createGroupCommit<Settling, null>({
    write: async (items) => {
      await settleAll((text, values) => runStatement(pool, text, values), items);
      return items.map(() => null);
    },
    maxItems: MAX_CLAIMS,
    lanes: LANES,
  });

  return async (claim, settlements) => {
    if (settlements.length === 0) return;
    const now = context.now();
    const item = { claim, settlements, now };
    const delays = new Set(
      settlements.flatMap((settlement) =>
        settlement.state === "waiting" ? [Math.max(0, Math.ceil(settlement.dueAt - now))] : [],
      ),
    );
    if (delays.size === 0) {
      await commit(item);
      return;
    }
    await runTransaction(pool, async (run, client) => {
      if ((await settleAll(run, [item])) === 0) return;
      for (const delay of delays) await wakeLater(context, client, [claim.object], delay);
    });
  };

  /** @returns how many rows their claims still held */
  async function settleAll(run: Run, items: readonly Settling[]): Promise<number> {
    const rows = items.flatMap(({ claim, settlements, now }) => {
      // The caller's clock and the database's may differ, so a time to come is taken as a distance.
      const base = clock === "caller" ? 0 : now;
      return settlements.map((settlement) => ({
        ...settlement,
        claimId: claim.id,
        pausedAt: now,
        base: clock === "caller" ? 0 : null,
        afterMs: settlement.state === "waiting" ? settlement.dueAt - base : null,
      }));
    });
    const settled = await run(statement, [sequenceArray(rows), jsonText(rows)]);
    return settled.length;
  }
}

/** `$1` are the sequences, `$2` a JSON list. Rows are locked in the order of their sequence; those of another claim are left alone. */
function settleStatement({ schema }: InboxContext): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  return `
WITH held AS MATERIALIZED (
  SELECT sequence, claim_id FROM ${deliveries}
  WHERE sequence = ANY ($1::bigint[]) AND state = 'claimed'
  ORDER BY sequence FOR UPDATE
),
settlement AS MATERIALIZED (
  SELECT x.*, ${COMMIT_LATER} FROM json_to_recordset($2::text::json) AS x(
    sequence bigint, "claimId" text, state text, "afterMs" float8, base float8, attempts integer, retries integer,
    "recheckSince" float8, "pausedAt" float8, reason text)
)
UPDATE ${deliveries} d SET
  state = s.state, claim_id = NULL,
  due_at = CASE WHEN s.state = 'waiting'
    THEN coalesce(to_timestamp(s.base / 1000), now()) + s."afterMs" * interval '1 ms' ELSE d.due_at END,
  attempts = coalesce(s.attempts, d.attempts),
  retries = coalesce(s.retries, d.retries),
  recheck_since = CASE WHEN s.state = 'waiting' THEN to_timestamp(s."recheckSince" / 1000) ELSE d.recheck_since END,
  reason = CASE WHEN s.state = 'done' THEN d.reason ELSE s.reason END,
  paused_at = CASE WHEN s.state = 'paused' THEN to_timestamp(s."pausedAt" / 1000) END
FROM settlement s, held
WHERE d.sequence = ANY ($1::bigint[]) AND d.sequence = held.sequence
  AND s.sequence = held.sequence AND s."claimId" = held.claim_id
RETURNING d.sequence::text AS json`;
}
