import type { DeliveryFilter } from "@jobber-sync/core";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import type { Transaction } from "../database/transaction.ts";
import type { InboxContext } from "./inbox-context.ts";
import { listSequences } from "./list.ts";

/** Rows per transaction of operations that may touch very many, so that accepts run in between. */
export const MAX_ROWS = 256;

/**
 * Executes a statement for each row, by primary key: for a list of keys SQLite may decide to scan
 * the whole table.
 *
 * @param sql returns a row if it changed something; its last parameter is the sequence
 * @returns the number of changed rows
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

/**
 * Changes the rows that a filter selects, batch by batch, and wakes listeners after each batch.
 *
 * @param change changes one batch and returns the number of changed rows
 * @returns the total number of changed rows
 */
export async function changeInBatches(
  { database, wake }: InboxContext,
  filter: DeliveryFilter,
  change: (transaction: Transaction, sequences: readonly number[]) => number,
): Promise<number> {
  let changed = 0;
  let after = 0;
  let left = filter.limit ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const limit = Math.min(left, MAX_ROWS);
    const sequences = database.read((connection) =>
      listSequences(connection, filter, { after, limit }),
    );
    const last = sequences.at(-1);
    if (last === undefined) return changed;
    changed += await database.write((transaction) => change(transaction, sequences), {
      onCommit: wake,
    });
    after = last;
    left -= sequences.length;
  }
}
