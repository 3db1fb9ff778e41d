import type { Transaction } from "../database/transaction.ts";
import { changeRows } from "./change-rows.ts";
import { wholeMs } from "./row-states.ts";

const NOTE = `INSERT INTO jobber_tenants (tenant, resumed_at) VALUES (?, ?)
  ON CONFLICT (tenant) DO UPDATE SET resumed_at = excluded.resumed_at`;

const RESUMED = "SELECT resumed_at AS at FROM jobber_tenants WHERE tenant = ? AND resumed_at >= ?";

const RESUME = `UPDATE jobber_deliveries
  SET state = 'waiting', due_at = ?, paused_ms = paused_ms + max(0, ? - paused_at), paused_at = NULL
  WHERE sequence = ? AND state = 'paused'
  RETURNING sequence`;

/** Notes that a tenant was resumed, for what a worker has in hand and is going to settle as paused. */
export function noteResume(tenant: string, now: number): (transaction: Transaction) => void {
  return (transaction) => transaction.run(NOTE, tenant, wholeMs(now));
}

/** Sets these rows waiting if they are paused, and adds the pause to what is not counted. @returns how many there were */
export function resumeDeliveries(
  sequences: readonly number[],
  now: number,
): (transaction: Transaction) => number {
  const at = wholeMs(now);
  return (transaction) => changeRows(transaction, sequences, RESUME, at, at);
}

/**
 * Whether a tenant was resumed at `since` or later. A time that lies in the future is put right: the clock was set back, and until then every
 * pause would be none.
 */
export function wasResumed(
  transaction: Transaction,
  tenant: string,
  since: number,
  now: number,
): boolean {
  const resumed = transaction.get<{ readonly at: number }>(RESUMED, tenant, wholeMs(since));
  if (resumed !== undefined && resumed.at > now) transaction.run(NOTE, tenant, wholeMs(now));
  return resumed !== undefined;
}
