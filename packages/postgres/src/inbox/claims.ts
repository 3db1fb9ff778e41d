import { randomUUID } from "node:crypto";
import type { Claim, ClaimedDelivery, Inbox, Settlement } from "@jobber-sync/core";
import { jsonText } from "../internal/json-text.ts";
import { millisecondsSql } from "../internal/times.ts";
import { runStatement, runTransaction } from "../internal/transaction.ts";
import { type InboxContext, nowSql, nowValue, wakeLater } from "./inbox-context.ts";

type ClaimedRow = Omit<ClaimedDelivery, "body"> & { readonly body: string | null };

/** Claiming, prolonging and settling rows. Rows are locked in the order of their sequence, or passed over where they are locked. */
export function createClaims(context: InboxContext): Pick<Inbox, "claim" | "extend" | "settle"> {
  const { pool, schema, clock } = context;
  const deliveries = `${schema.quoted}.jobber_deliveries`;

  // SKIP LOCKED: whoever holds a row is taking it, or is putting it back together with a wake-up of its own.
  const claimStatement = `
WITH ready AS MATERIALIZED (
  SELECT sequence FROM ${deliveries}
  WHERE client_slug = $1 AND object_type = $2 AND object_id = $3
    AND state IN ('waiting', 'claimed') AND due_at <= ${nowSql("$4")}
  ORDER BY sequence FOR UPDATE SKIP LOCKED
)
UPDATE ${deliveries} d
SET state = 'claimed', claim_id = $5, due_at = ${nowSql("$4")} + $6::float8 * interval '1 ms'
FROM ready WHERE d.sequence = ready.sequence
RETURNING json_build_object(
  'sequence', d.sequence, 'deliveryKey', d.delivery_key, 'body', encode(d.body, 'base64'),
  'receivedAt', ${millisecondsSql("d.received_at")}, 'startedAt', ${millisecondsSql("d.started_at")},
  'attempts', d.attempts, 'retries', d.retries, 'recheckSince', ${millisecondsSql("d.recheck_since")},
  'pausedMs', d.paused_ms
)::text AS json`;

  const held = `SELECT sequence FROM ${deliveries}
  WHERE sequence IN (SELECT value::bigint FROM json_array_elements_text($1::text::json))
    AND state = 'claimed' AND claim_id = $2
  ORDER BY sequence FOR UPDATE`;

  const extendStatement = `
WITH held AS MATERIALIZED (${held})
UPDATE ${deliveries} d SET due_at = ${nowSql("$3")} + $4::float8 * interval '1 ms'
FROM held WHERE d.sequence = held.sequence
RETURNING d.sequence::text AS json`;

  const settleStatement = `
WITH held AS MATERIALIZED (${held}),
settlement AS MATERIALIZED (
  SELECT * FROM json_to_recordset($3::text::json) AS x(
    sequence bigint, state text, "afterMs" float8, attempts integer, retries integer, "recheckSince" float8, reason text)
)
UPDATE ${deliveries} d SET
  state = s.state, claim_id = NULL,
  due_at = CASE WHEN s.state = 'waiting'
    THEN coalesce(to_timestamp($4::float8 / 1000), now()) + s."afterMs" * interval '1 ms' ELSE d.due_at END,
  attempts = coalesce(s.attempts, d.attempts),
  retries = coalesce(s.retries, d.retries),
  recheck_since = CASE WHEN s.state = 'waiting' THEN to_timestamp(s."recheckSince" / 1000) ELSE d.recheck_since END,
  reason = CASE WHEN s.state = 'done' THEN d.reason ELSE s.reason END,
  paused_at = CASE WHEN s.state = 'paused' THEN to_timestamp($5::float8 / 1000) END
FROM settlement s, held WHERE d.sequence = held.sequence AND d.sequence = s.sequence
RETURNING json_build_array(d.sequence)::text AS json`;

  return {
    async claim({ clientSlug, objectType, objectId }, { leaseMs, now }) {
      const id = randomUUID();
      const rows = await runStatement<ClaimedRow>(pool, claimStatement, [
        clientSlug,
        objectType,
        objectId,
        nowValue(context, now),
        id,
        leaseMs,
      ]);
      if (rows.length === 0) return null;
      return {
        id,
        object: { clientSlug, objectType, objectId },
        deliveries: rows.map(claimed).sort((a, b) => a.sequence - b.sequence),
      };
    },

    async extend(claim, { leaseMs, now }) {
      const values = [sequencesOf(claim), claim.id, nowValue(context, now), leaseMs];
      const rows = await runStatement<number>(pool, extendStatement, values);
      return rows.length === claim.deliveries.length;
    },

    async settle(claim, settlements) {
      if (settlements.length === 0) return;
      const now = context.now();
      // The caller's clock and the database's may differ, so a time to come is taken as a distance.
      const base = clock === "caller" ? 0 : now;
      const values = [
        sequencesOf(claim),
        claim.id,
        jsonText(settlements.map((settlement) => ({ ...settlement, afterMs: afterMs(settlement, base) }))),
        clock === "caller" ? 0 : null,
        now,
      ];
      const waiting = settlements.filter((settlement) => settlement.state === "waiting");
      if (waiting.length === 0) {
        await runStatement(pool, settleStatement, values);
        return;
      }
      const wakeAfter = new Set(waiting.map(({ dueAt }) => Math.max(0, Math.ceil(dueAt - now))));
      await runTransaction(pool, async (run, client) => {
        const settled = await run(settleStatement, values);
        if (settled.length === 0) return;
        for (const delay of wakeAfter) await wakeLater(context, client, [claim.object], delay);
      });
    },
  };
}

function afterMs(settlement: Settlement, base: number): number | null {
  return settlement.state === "waiting" ? settlement.dueAt - base : null;
}

function sequencesOf({ deliveries }: Claim): string {
  return JSON.stringify(deliveries.map(({ sequence }) => sequence));
}

function claimed(row: ClaimedRow): ClaimedDelivery {
  // A row that may run has its body: only finished ones are erased.
  return { ...row, body: Buffer.from(row.body ?? "", "base64") };
}
