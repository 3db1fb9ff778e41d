import type { Transaction } from "../connection/transaction.ts";
import { PARKED, wholeMs } from "./row-states.ts";

const REPLAY = `UPDATE jobber_deliveries
  SET state = 'waiting', reason = NULL, attempts = 0, retries = 0, recheck_since = NULL,
    due_at = ?, started_at = ?, paused_ms = 0, finished_at = NULL
  WHERE sequence IN (SELECT value FROM json_each(?)) AND body IS NOT NULL
    AND state IN ('quarantined', 'unresolved', 'dead')
  RETURNING sequence`;

const RESUME = `UPDATE jobber_deliveries
  SET state = 'waiting', due_at = ?, paused_ms = paused_ms + max(0, ? - paused_at), paused_at = NULL
  WHERE sequence IN (
    SELECT sequence FROM jobber_deliveries INDEXED BY jobber_deliveries_parked
    WHERE client_slug = ? AND state = 'paused' AND ${PARKED} LIMIT ?)
  RETURNING sequence`;

/** Sets these rows waiting, with fresh attempts and their time started anew. @returns how many there were */
export function replayDeliveries(
  sequences: readonly number[],
  now: number,
): (transaction: Transaction) => number {
  const at = wholeMs(now);
  return (transaction) => transaction.all(REPLAY, at, at, JSON.stringify(sequences)).length;
}

/** Sets up to `limit` paused rows of a tenant waiting, and adds the pause to what is not counted. @returns how many there were */
export function resumeDeliveries(
  clientSlug: string,
  now: number,
  limit: number,
): (transaction: Transaction) => number {
  const at = wholeMs(now);
  return (transaction) => transaction.all(RESUME, at, at, clientSlug, limit).length;
}
