import { randomUUID } from "node:crypto";
import type { Intent } from "@jobber-sync/core";
import { intentTransitions, type Outbox } from "@jobber-sync/core/ports";
import { laneHeldSql } from "../inbox/lane-sql.ts";
import { INTENT_JSON, intentStatements, toCaller, writeIntent } from "./intent-rows.ts";
import { findLinks, linkStatements } from "./links.ts";
import { OPEN, type OutboxContext, transact } from "./outbox-context.ts";

/** Creates `claim`, which follows `takeIntents`. */
export function createClaim(context: OutboxContext): Outbox["claim"] {
  const { schema } = context;
  const lanes = `${schema.quoted}.jobber_lanes`;
  const intents = `${schema.quoted}.jobber_intents`;
  const links = linkStatements(schema);
  const at = "to_timestamp($5::float8 / 1000)";
  const takeLane = `INSERT INTO ${lanes} AS lane (tenant, object_type, object_id, claim_id, until, lease_ms)
    VALUES ($1, $2, $3, $4, ${at} + $6::float8 * interval '1 ms', $6)
    ON CONFLICT (tenant, object_type, object_id) DO UPDATE
      SET claim_id = excluded.claim_id, until = excluded.until, lease_ms = excluded.lease_ms
      WHERE NOT ${laneHeldSql("lane", at)}
    RETURNING 'true' AS json`;
  const freeLane = `DELETE FROM ${lanes} WHERE tenant = $1 AND object_type = $2 AND object_id = $3
    AND claim_id = $4 RETURNING 'true' AS json`;
  const open = `SELECT json_build_object('sequence', sequence, 'state', state,
      'dueAt', round(extract(epoch FROM due_at) * 1000), 'delayMs', delay_ms, 'creates', creates,
      'ref', ref, 'matches', matches)::text AS json
    FROM ${intents} WHERE tenant = $1 AND object_type = $2 AND lane = $3 AND ${OPEN} ORDER BY sequence`;
  const take = `UPDATE ${intents} i SET state = 'claimed', claim_id = $1
    WHERE sequence = ANY ($2::text::bigint[]) AND ${OPEN} RETURNING ${INTENT_JSON}`;
  const postpone = `UPDATE ${intents} SET due_at = to_timestamp($2::float8 / 1000), delay_ms = $3
    WHERE sequence = $1 RETURNING 'true' AS json`;
  const last = `SELECT ${INTENT_JSON} FROM ${intents} i
    WHERE tenant = $1 AND object_type = $2 AND object_id = $3 AND state = 'done' AND reason = 'sent'
    ORDER BY finished_at DESC LIMIT 1`;

  return (
    { tenant, objectType, objectId },
    { leaseMs, now: given, limit = Number.POSITIVE_INFINITY },
  ) => {
    const object = { tenant, objectType, objectId };
    const key = [tenant, objectType, objectId];
    const id = randomUUID();
    return transact(context, given, async ({ run, now, offset }) => {
      if ((await run(takeLane, [...key, id, now, leaseMs])).length === 0) return null;
      const rows = await run<intentTransitions.LaneIntent>(open, key);
      const { taken, postponed } = intentTransitions.takeIntents(rows, now, limit);
      for (const { sequence, dueAt } of postponed)
        await run(postpone, [sequence, dueAt, dueAt - now]);
      const claimed =
        taken.length === 0 ? [] : await run<Intent>(take, [id, `{${taken.join(",")}}`]);
      if (claimed.length === 0) {
        await run(freeLane, [...key, id]);
        return null;
      }
      const intents = claimed
        .map((row) => toCaller(row, offset))
        .sort((a, b) => a.sequence - b.sequence);
      const names = intents.flatMap(({ dependsOn }) => dependsOn);
      const [newest] = await run<Intent>(last, key);
      return {
        ...{ id, object, claimedAt: now - offset, intents },
        links: await findLinks(run, links, tenant, names),
        last: newest === undefined ? null : toCaller(newest, offset),
      };
    });
  };
}

/** Creates `extend`. */
export function createExtend(context: OutboxContext): Outbox["extend"] {
  const statement = `UPDATE ${context.schema.quoted}.jobber_lanes
    SET until = to_timestamp($5::float8 / 1000) + $6::float8 * interval '1 ms', lease_ms = $6
    WHERE tenant = $1 AND object_type = $2 AND object_id = $3 AND claim_id = $4 RETURNING 'true' AS json`;
  return ({ id, object }, { leaseMs, now: given }) => {
    const { tenant, objectType, objectId } = object;
    return transact(context, given, async ({ run, now }) => {
      const values = [tenant, objectType, objectId, id, now, leaseMs];
      return (await run(statement, values)).length === 1;
    });
  };
}

/** Creates `markSent`. It is on disk when the promise resolves. */
export function createMarkSent(context: OutboxContext): Outbox["markSent"] {
  const { schema } = context;
  const statements = intentStatements(schema);
  const held = `SELECT 'true' AS json FROM ${schema.quoted}.jobber_lanes lane
    WHERE tenant = $1 AND object_type = $2 AND object_id = $3 AND claim_id = $4
      AND ${laneHeldSql("lane", "to_timestamp($5::float8 / 1000)")} FOR UPDATE`;
  return ({ id, object }, sequence, { now: given = context.now() }) => {
    const { tenant, objectType, objectId } = object;
    return transact(context, given, async (transaction) => {
      const { run, now } = transaction;
      // The lane first, as everywhere, so that two transactions cannot deadlock.
      if ((await run(held, [tenant, objectType, objectId, id, now])).length === 0) return false;
      const [intent] = await run<Intent>(statements.lock, [sequence]);
      if (intent?.claimId !== id) return false;
      const sent = intentTransitions.sentIntent(toCaller(intent, 0), now);
      await writeIntent(transaction, statements, sent, "sent");
      return true;
    });
  };
}
