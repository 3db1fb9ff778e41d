import type { Intent, IntentFilter, IntentLogEntry, IntentStats } from "@jobber-sync/core";
import type { Outbox } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { wholeLimit } from "../inbox/inbox-context.ts";
import { INTENT_JSON, toCaller } from "./intent-rows.ts";
import { type OutboxContext, transact } from "./outbox-context.ts";

const LIST_LIMIT = 100;

/** Creates the operations that read intents. */
export function createListing(context: OutboxContext): Pick<Outbox, "list" | "log" | "stats"> {
  const { quoted } = context.schema;
  const log = `SELECT json_build_object('sequence', sequence,
      'at', round(extract(epoch FROM at) * 1000), 'event', event, 'state', state, 'reason', reason)::text AS json
    FROM ${quoted}.jobber_intent_log WHERE sequence = $1 ORDER BY position`;
  const stats = `SELECT json_build_object('tenant', tenant, 'state', state, 'rows', count(*),
      'oldestAgeMs', greatest(0, round($1::float8 - extract(epoch FROM min(created_at)) * 1000)))::text AS json
    FROM ${quoted}.jobber_intents WHERE state <> 'done' AND state <> 'cancelled' GROUP BY tenant, state`;
  return {
    list: (filter) =>
      transact(context, context.now(), async ({ run, offset }) => {
        const [where, values] = whereOf(filter, quoted);
        const text = `SELECT ${INTENT_JSON} FROM ${quoted}.jobber_intents i WHERE ${where}
          ORDER BY sequence LIMIT $${values.length + 1}`;
        const limit = wholeLimit(filter.limit ?? LIST_LIMIT);
        const rows = await run<Intent>(text, [...values, limit]);
        return rows.map((row) => toCaller(row, offset));
      }),
    log: (sequence) =>
      transact(context, context.now(), async ({ run, offset }) => {
        const entries = await run<IntentLogEntry>(log, [sequence]);
        return entries.map((entry) => ({ ...entry, at: entry.at - offset }));
      }),
    stats: ({ now: given = context.now() } = {}) =>
      transact(context, given, ({ run, now }) => run<IntentStats>(stats, [now])),
  };
}

// The texts depend only on which conditions are given, so that few statements are prepared.
function whereOf(filter: IntentFilter, quoted: string): readonly [string, unknown[]] {
  const { tenant, states, objectType, objectId, ref, key, sequences, matches } = filter;
  const values: unknown[] = [];
  const place = (value: unknown): string => `$${values.push(value)}`;
  const texts = (list: readonly unknown[]) =>
    `(SELECT json_array_elements_text(${place(jsonText(list))}::text::json))`;
  const equal = { tenant, object_type: objectType, object_id: objectId, ref, key };
  const conditions = Object.entries(equal).flatMap(([column, value]) =>
    value === undefined ? [] : [`i.${column} = ${place(value)}`],
  );
  if (states !== undefined) conditions.push(`i.state IN ${texts(states)}`);
  if (sequences !== undefined) conditions.push(`i.sequence::text IN ${texts(sequences)}`);
  if (matches !== undefined)
    conditions.push(`EXISTS (SELECT FROM ${quoted}.jobber_intent_matches m
      WHERE m.tenant = i.tenant AND m.sequence = i.sequence AND m.match IN ${texts(matches)})`);
  return [conditions.length === 0 ? "true" : conditions.join(" AND "), values];
}
