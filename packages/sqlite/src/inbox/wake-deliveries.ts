import type { Transaction } from "../connection/transaction.ts";
import { PARKED, wholeMs } from "./row-states.ts";

const REPLAY = `UPDATE jobber_deliveries
  SET state = 'waiting', reason = NULL, attempts = 0, retries = 0, recheck_since = NULL,
    due_at = ?1, started_at = ?1, paused_ms = 0, finished_at = NULL
  WHERE sequence IN (SELECT value FROM json_each(?2)) AND body IS NOT NULL
    AND state IN ('quarantined', 'unresolved', 'dead')
  RETURNING sequence`;

const RESUME = `UPDATE jobber_deliveries
  SET state = 'waiting', due_at = ?1, paused_ms = paused_ms + max(0, ?1 - paused_at), paused_at = NULL
  WHERE sequence IN (
    SELECT sequence FROM jobber_deliveries INDEXED BY jobber_deliveries_parked
    WHERE client_slug = ?2 AND state = 'paused' AND ${PARKED} LIMIT ?3)
  RETURNING sequence`;

/** Sets these rows waiting, with fresh attempts and their time started anew. @returns how many there were */
export function replayDeliveries(
  sequences: readonly number[],
  now: number,
): (transaction: Transaction) => number {
  return (transaction) => transaction.all(REPLAY, wholeMs(now), JSON.stringify(sequences)).length;
}

/** Sets up to `limit` paused rows of a tenant waiting, and adds the pause to what is not counted. @returns how many there were */
export function resumeDeliveries(
  clientSlug: string,
  now: number,
  limit: number,
): (transaction: Transaction) => number {
  return (transaction) => transaction.all(RESUME, wholeMs(now), clientSlug, limit).length;
}
