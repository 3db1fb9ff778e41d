import type { IntentFilter, IntentLogEntry, IntentStats } from "@jobber-sync/core";
import type { Outbox } from "@jobber-sync/core/ports";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { wholeLimit } from "../inbox/inbox-context.ts";
import { INTENT_COLUMNS, type IntentColumns, toIntent } from "./intent-rows.ts";
import type { OutboxContext } from "./outbox-context.ts";

const LIST_LIMIT = 100;

const LOG = `SELECT sequence, at, event, state, reason FROM jobber_intent_log WHERE sequence = ? ORDER BY rowid`;

const STATS = `SELECT tenant, state, count(*) AS rows, max(? - created_at) AS "oldestAgeMs"
  FROM jobber_intents WHERE state <> 'done' AND state <> 'cancelled' GROUP BY tenant, state`;

/** Creates the operations that read intents. */
export function createListing({
  database,
  now: clock,
}: OutboxContext): Pick<Outbox, "list" | "log" | "stats"> {
  return {
    async list(filter) {
      const [where, values] = whereOf(filter);
      const sql = `SELECT ${INTENT_COLUMNS} FROM jobber_intents WHERE ${where} ORDER BY sequence LIMIT ?`;
      const limit = wholeLimit(filter.limit ?? LIST_LIMIT);
      const rows = database.read((connection) =>
        connection.all<IntentColumns>(sql, ...values, limit),
      );
      return rows.map(toIntent);
    },
    async log(sequence) {
      const entries = database.read((connection) => connection.all<IntentLogEntry>(LOG, sequence));
      return entries.map((entry) => ({ ...entry }));
    },
    async stats({ now = clock() } = {}) {
      const rows = database.read((connection) => connection.all<IntentStats>(STATS, now));
      return rows.map((row) => ({ ...row }));
    },
  };
}

// The texts depend only on which conditions are given, so that few statements are prepared.
function whereOf(filter: IntentFilter): readonly [string, readonly SqliteValue[]] {
  const { tenant, states, objectType, objectId, ref, key, sequences, matches } = filter;
  const equal = { tenant, object_type: objectType, object_id: objectId, ref, key };
  const lists = { state: states, sequence: sequences };
  const conditions: string[] = ["1"];
  const values: SqliteValue[] = [];
  for (const [column, value] of Object.entries(equal)) {
    if (value === undefined) continue;
    conditions.push(`${column} = ?`);
    values.push(value);
  }
  for (const [column, list] of Object.entries(lists)) {
    if (list === undefined) continue;
    conditions.push(`${column} IN (SELECT value FROM json_each(?))`);
    values.push(JSON.stringify(list));
  }
  if (matches !== undefined) {
    // The tenant comes first in the key of the table, so that few rows are read.
    const own = tenant === undefined ? "" : "tenant = ? AND ";
    conditions.push(
      `sequence IN (SELECT sequence FROM jobber_intent_matches WHERE ${own}match IN (SELECT value FROM json_each(?)))`,
    );
    values.push(...(tenant === undefined ? [] : [tenant]), JSON.stringify(matches));
  }
  return [conditions.join(" AND "), values];
}
