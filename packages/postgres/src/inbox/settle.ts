import type { Claim, Inbox, Settlement } from "@jobber-sync/core/ports";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import { type Run, runStatement, runTransaction } from "../database/transaction.ts";
import {
  COMMIT_LATER,
  type InboxContext,
  nowValue,
  sequenceArray,
  transactionNowSql,
} from "./inbox-context.ts";
import { distinctWakeUps, type WakeUp, wakeLater } from "./wake-later.ts";

interface Settling {
  readonly claim: Claim;
  readonly settlements: readonly Settlement[];
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** A row that its claim still held, with its new state. */
type Settled = readonly [sequence: number, state: Settlement["state"]];

const MAX_CLAIMS = 64;
const LANES = 2;

/**
 * Creates `settle`: claims that end at the same time share a statement. If rows return to waiting,
 * their wake-ups are written in the same transaction.
 */
export function createSettle(context: InboxContext): Inbox["settle"] {
  const { pool } = context;
  const statements = {
    plain: settleStatement(context, false),
    pausing: settleStatement(context, true),
  };
  const commit = createGroupCommit<Settling, null>({
    write: async (items) => {
      await settleAll(items);
      return items.map(() => null);
    },
    maxItems: MAX_CLAIMS,
    lanes: LANES,
  });

  return async (claim, settlements) => {
    if (settlements.length > 0) await commit({ claim, settlements, now: context.now() });
  };

  async function settleAll(items: readonly Settling[]): Promise<void> {
    const has = (state: Settlement["state"]) =>
      items.some(({ settlements }) => settlements.some((settlement) => settlement.state === state));
    const statement = has("paused") ? statements.pausing : statements.plain;
    if (has("waiting") || has("paused")) {
      await runTransaction(pool, async (run, client) => {
        await wakeLater(context, client, wakeUpsOf(items, await settleRows(run, statement, items)));
      });
      return;
    }
    const settled = await settleRows(
      (text, values) => runStatement(pool, text, values),
      statement,
      items,
    );
    const lost = wakeUpsOf(items, settled);
    // Rare, so that the common case, all rows done, is a single round trip.
    if (lost.length > 0)
      await runTransaction(pool, (_run, client) => wakeLater(context, client, lost));
  }

  function settleRows(
    run: Run,
    statement: string,
    items: readonly Settling[],
  ): Promise<readonly Settled[]> {
    const rows = items.flatMap(({ claim, settlements, now }) =>
      settlements.map((settlement) => ({
        ...settlement,
        claimId: claim.id,
        claimedAt: claim.claimedAt,
        tenant: claim.object.tenant,
        at: nowValue(context, now),
        // A relative time: the caller's clock and the database's may differ.
        afterMs: settlement.state === "waiting" ? settlement.dueAt - now : 0,
      })),
    );
    return run<Settled>(statement, [sequenceArray(rows), jsonText(rows)]);
  }

  /**
   * Returns the wake-ups for rows that wait again. An object whose claim no longer held all its rows
   * is woken too: claims are not flushed, so a server crash may have undone the claim after its
   * wake-up was consumed.
   */
  function wakeUpsOf(items: readonly Settling[], settled: readonly Settled[]): readonly WakeUp[] {
    const stateOf = new Map(settled);
    return distinctWakeUps(
      items.flatMap(({ claim, settlements, now }) =>
        settlements.flatMap((settlement): readonly WakeUp[] => {
          const state = stateOf.get(settlement.sequence);
          if (state !== undefined && state !== "waiting") return [];
          const waits = state === "waiting" && settlement.state === "waiting";
          return [{ ...claim.object, afterMs: waits ? Math.max(0, settlement.dueAt - now) : 0 }];
        }),
      ),
    );
  }
}

/**
 * `$1` the sequences, `$2` a JSON list. Locks rows by ascending sequence and skips those of another
 * claim. For rows that pause, locks their tenant's row first; it shows whether the tenant was resumed
 * since the claim, see `resume`.
 */
function settleStatement({ schema }: InboxContext, pausing: boolean): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  const tenants = `
tenants AS (
  INSERT INTO ${schema.quoted}.jobber_tenants AS tenant (tenant)
  SELECT DISTINCT "tenant" COLLATE "C" AS tenant FROM settlement WHERE state = 'paused' ORDER BY tenant
  ON CONFLICT (tenant) DO UPDATE SET tenant = excluded.tenant
  RETURNING tenant.tenant, tenant.resumed_at
),`;
  const resumed = `
    EXISTS (SELECT FROM tenants t
      WHERE t.tenant = s."tenant" AND extract(epoch FROM t.resumed_at) * 1000 >= s."claimedAt")`;
  return `
WITH settlement AS MATERIALIZED (
  SELECT x.*, ${transactionNowSql("x.at")} AS now, ${COMMIT_LATER} FROM json_to_recordset($2::text::json) AS x(
    sequence bigint, "claimId" text, "claimedAt" numeric, "tenant" text, state text, "afterMs" float8, at float8,
    attempts integer, retries integer, "recheckSince" float8, reason text)
),${pausing ? tenants : ""}
held AS MATERIALIZED (
  SELECT sequence, claim_id FROM ${deliveries}
  WHERE sequence = ANY ($1::bigint[]) AND state = 'claimed'${pausing ? " AND (SELECT count(*) FROM tenants) > 0" : ""}
  ORDER BY sequence FOR UPDATE
),
decided AS MATERIALIZED (
  SELECT s.*, ${pausing ? `CASE WHEN s.state = 'paused' AND ${resumed} THEN 'waiting' ELSE s.state END` : "s.state"} AS becomes
  FROM settlement s JOIN held ON s.sequence = held.sequence AND s."claimId" = held.claim_id
)
UPDATE ${deliveries} d SET
  state = s.becomes, claim_id = NULL,
  due_at = CASE WHEN s.becomes = 'waiting' THEN s.now + s."afterMs" * interval '1 ms' ELSE d.due_at END,
  attempts = coalesce(s.attempts, d.attempts),
  retries = coalesce(s.retries, d.retries),
  recheck_since = CASE WHEN s.state = 'waiting'
    THEN to_timestamp(s."recheckSince" / 1000) ELSE d.recheck_since END,
  reason = CASE WHEN s.state <> 'done' THEN s.reason END,
  paused_at = CASE WHEN s.becomes = 'paused' THEN s.now END,
  finished_at = CASE WHEN s.becomes NOT IN ('waiting', 'paused') THEN s.now END
FROM decided s
WHERE d.sequence = ANY (ARRAY(SELECT sequence FROM decided)) AND d.sequence = s.sequence
RETURNING json_build_array(d.sequence, d.state)::text AS json`;
}
