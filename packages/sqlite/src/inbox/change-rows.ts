import type { SqliteValue } from "../database/sqlite-handle.ts";
import type { Transaction } from "../database/transaction.ts";

/**
 * Executes a statement for each of these rows, by its primary key: over a list of keys SQLite may choose to walk through the whole table.
 *
 * @param sql gives a row if it changed something; its last value is the sequence
 * @returns how many rows were changed
 */
export function changeRows(
  transaction: Transaction,
  sequences: readonly number[],
  sql: string,
  ...values: readonly SqliteValue[]
): number {
  return sequences.filter((sequence) => transaction.get(sql, ...values, sequence) !== undefined)
    .length;
}
