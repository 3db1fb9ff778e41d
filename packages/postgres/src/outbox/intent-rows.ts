import type { Intent, IntentLogEntry } from "@jobber-sync/core";
import { intentTransitions } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import type { Schema } from "../database/quote-schema.ts";
import type { OutboxTransaction } from "./outbox-context.ts";

type Kind = "text" | "boolean" | "integer" | "time" | "ms" | "json";

const COLUMNS = {
  ...{ tenant: "text", key: "text", objectType: "text", objectId: "text", ref: "text" },
  ...{ creates: "boolean", lane: "text", verb: "text", action: "json", contentHash: "text" },
  ...{ dependsOn: "json", matches: "json", by: "text", createdAt: "time", state: "text" },
  ...{ reason: "text", attempts: "integer", looks: "integer", dueAt: "time", delayMs: "ms" },
  ...{ sentAt: "time", forced: "boolean", detail: "json", pausedAt: "time", finishedAt: "time" },
  claimId: "text",
} as const satisfies Readonly<Record<string, Kind>>;

const TIMES = Object.entries(COLUMNS).flatMap(([name, kind]) => (kind === "time" ? [name] : []));

const columnOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

const SQL_TYPES: Readonly<Record<Kind, string>> = {
  ...{ text: "text", boolean: "boolean", integer: "integer", time: "float8", ms: "float8" },
  json: "jsonb",
};

/** The record type of an intent as JSON, for `json_to_record`. */
const RECORD = Object.entries(COLUMNS)
  .map(([field, kind]) => `"${field}" ${SQL_TYPES[kind]}`)
  .join(", ");
const NAMES = Object.keys(COLUMNS).map(columnOf);
const VALUES = Object.entries(COLUMNS).map(([field, kind]) => {
  // A JSON null becomes the jsonb null, not NULL.
  if (kind === "json") return `nullif(r."${field}", 'null'::jsonb)`;
  return kind === "time" ? `to_timestamp(r."${field}" / 1000)` : `r."${field}"`;
});

/** Select list of a row `i` as JSON, with its columns in camel case. */
export const INTENT_JSON = `json_build_object('sequence', i.sequence, ${Object.entries(COLUMNS)
  .map(([field, kind]) => {
    const column = `i.${columnOf(field)}`;
    const value = kind === "time" ? `round(extract(epoch FROM ${column}) * 1000)` : column;
    return `'${field}', ${value}`;
  })
  .join(", ")})::text AS json`;

/** The statements that write intents. */
export interface IntentStatements {
  /** `$1` the intent as JSON. Returns no row when the key exists. */
  readonly insert: string;
  /** `$1` the intent as JSON, `$2` its sequence. */
  readonly update: string;
  /** `$1` tenant, `$2` sequence, `$3` time, `$4` event, `$5` state, `$6` reason. */
  readonly log: string;
  /** `$1` sequence. Locks the row. */
  readonly lock: string;
}

/** Builds the statements for a schema. */
export function intentStatements({ quoted, sequence }: Schema): IntentStatements {
  const intents = `${quoted}.jobber_intents`;
  const source = `json_to_record($1::text::json) AS r(${RECORD})`;
  return {
    insert: `INSERT INTO ${intents} (sequence, ${NAMES.join(", ")})
      SELECT nextval(${sequence}), ${VALUES.join(", ")} FROM ${source}
      ON CONFLICT (tenant, key) DO NOTHING RETURNING sequence::text AS json`,
    update: `UPDATE ${intents} SET (${NAMES.join(", ")}) = (SELECT ${VALUES.join(", ")} FROM ${source})
      WHERE sequence = $2 RETURNING 'true' AS json`,
    log: `INSERT INTO ${quoted}.jobber_intent_log (tenant, sequence, position, at, event, state, reason)
      VALUES ($1, $2, nextval(${sequence}), to_timestamp($3::float8 / 1000), $4, $5, $6) RETURNING 'true' AS json`,
    lock: `SELECT ${INTENT_JSON} FROM ${intents} i WHERE sequence = $1 FOR UPDATE`,
  };
}

/** Returns an intent as the JSON parameter of a statement. */
export function intentText(intent: Intent): string {
  return jsonText({ ...intent, lane: intentTransitions.laneOf(intent) });
}

/** Returns an intent with its times on the caller's clock. */
export function toCaller(row: Intent & { readonly lane?: unknown }, offset: number): Intent {
  const { lane: _, ...intent } = row;
  if (offset === 0) return intent;
  return shifted(intent, -offset);
}

/** Returns an intent with its times moved by `ms`. */
export function shifted<R extends object>(row: R, ms: number): R {
  const values = row as Readonly<Record<string, unknown>>;
  const times = TIMES.flatMap((name) => {
    const value = values[name];
    return typeof value === "number" ? [[name, value + ms] as const] : [];
  });
  return { ...row, ...Object.fromEntries(times) };
}

/** Writes an intent's new state, and the entry of its history. */
export async function writeIntent(
  { run, now }: OutboxTransaction,
  statements: IntentStatements,
  intent: Intent,
  event: IntentLogEntry["event"],
): Promise<void> {
  const { tenant, sequence, state, reason } = intent;
  await run(statements.update, [intentText(intent), sequence]);
  await run(statements.log, [tenant, sequence, now, event, state, reason]);
}
