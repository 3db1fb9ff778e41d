import type { Intent, IntentLogEntry } from "@jobber-sync/core";
import { intentTransitions } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "../inbox/inbox-context.ts";

/** A row of `jobber_intents`, with its columns in camel case. */
export type IntentColumns = Readonly<Record<keyof Intent | "lane", SqliteValue>>;

const FIELDS = [
  ...["sequence", "tenant", "key", "objectType", "objectId", "ref", "creates", "lane", "verb"],
  ...["action", "contentHash", "dependsOn", "matches", "by", "createdAt", "state", "reason"],
  ...["attempts", "looks", "dueAt", "delayMs", "sentAt", "forced", "detail", "pausedAt"],
  ...["finishedAt", "claimId"],
] as const;

const columnOf = (field: string): string =>
  field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The columns of an intent in a SELECT list, and in an INSERT. */
export const INTENT_COLUMNS: string = FIELDS.map((f) => `${columnOf(f)} AS "${f}"`).join(", ");
export const INTENT_NAMES: string = FIELDS.map(columnOf).join(", ");
export const INTENT_PLACES: string = FIELDS.map(() => "?").join(", ");

const UPDATE = `UPDATE jobber_intents SET ${FIELDS.filter((field) => field !== "sequence")
  .map((field) => `${columnOf(field)} = ?`)
  .join(", ")} WHERE sequence = ?`;
const LOG =
  "INSERT INTO jobber_intent_log (tenant, sequence, at, event, state, reason) VALUES (?, ?, ?, ?, ?, ?)";
const SELECT = `SELECT ${INTENT_COLUMNS} FROM jobber_intents WHERE sequence = ?`;

/** Returns the values of an intent's columns, in the order of {@link INTENT_NAMES}. */
export function intentValues(intent: Intent): readonly SqliteValue[] {
  const lane = intentTransitions.laneOf(intent);
  const row = { ...intent, lane } as Readonly<Record<string, unknown>>;
  return FIELDS.map((field) => toColumn(row[field]));
}

function toColumn(value: unknown): SqliteValue {
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "number") return wholeMs(value);
  if (typeof value === "object" && value !== null) return JSON.stringify(value);
  return value as SqliteValue;
}

/** Returns the intent of a row. */
export function toIntent(row: IntentColumns): Intent {
  const { lane: _, creates, forced, action, dependsOn, matches, detail, ...rest } = row;
  return {
    ...rest,
    creates: creates === 1,
    forced: forced === 1,
    action: JSON.parse(String(action)),
    dependsOn: JSON.parse(String(dependsOn)),
    matches: JSON.parse(String(matches)),
    detail: detail === null ? null : JSON.parse(String(detail)),
  } as unknown as Intent;
}

/** Reads an intent, or returns `null`. */
export function readIntent(connection: Connection, sequence: number): Intent | null {
  const row = connection.get<IntentColumns>(SELECT, sequence);
  return row === undefined ? null : toIntent(row);
}

/** Writes an intent's new state, and the entry of its history. */
export function writeIntent(
  transaction: Transaction,
  intent: Intent,
  event: IntentLogEntry["event"],
  at: number,
): void {
  const [sequence = 0, ...values] = intentValues(intent);
  transaction.run(UPDATE, ...values, sequence);
  logIntent(transaction, intent, event, at);
}

/** Writes an entry of an intent's history. */
export function logIntent(
  transaction: Transaction,
  { tenant, sequence, state, reason }: Intent,
  event: IntentLogEntry["event"],
  at: number,
): void {
  transaction.run(LOG, tenant, sequence, wholeMs(at), event, state, reason);
}
