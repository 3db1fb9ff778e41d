import type { Transaction } from "../database/transaction.ts";
import { changeRows } from "./change-rows.ts";
import { FAILED, wholeMs } from "./row-states.ts";

// Right-hand sides see the row as it was.
const REPLAY = `UPDATE jobber_deliveries
  SET state = 'waiting', reason = CASE state WHEN 'quarantined' THEN reason END, attempts = 0, retries = 0,
    recheck_since = NULL, due_at = ?, started_at = ?, paused_ms = 0, finished_at = NULL
  WHERE sequence = ? AND body IS NOT NULL AND ${FAILED}
  RETURNING sequence`;

/** Sets these rows waiting, with fresh attempts and their time started anew. @returns how many there were */
export function replayDeliveries(
  sequences: readonly number[],
  now: number,
): (transaction: Transaction) => number {
  const at = wholeMs(now);
  return (transaction) => changeRows(transaction, sequences, REPLAY, at, at);
}
