import type { Inbox } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import { changeInBatches, changeRows } from "./change-rows.ts";
import { type InboxContext, wholeMs } from "./inbox-context.ts";

const NOTE = `INSERT INTO jobber_tenants (tenant, resumed_at) VALUES (?, ?)
  ON CONFLICT (tenant) DO UPDATE SET resumed_at = excluded.resumed_at`;

const RESUMED =
  "SELECT resumed_at AS at FROM jobber_tenants WHERE tenant = ? AND resumed_at IS NOT NULL";

const RESUME = `UPDATE jobber_deliveries
  SET state = 'waiting', due_at = ?, delay_ms = 0, paused_ms = paused_ms + max(0, ? - paused_at), paused_at = NULL
  WHERE sequence = ? AND state = 'paused'
  RETURNING sequence`;

/**
 * Creates `resume`, which follows `transitions.resumedRow`. The note covers deliveries that a run
 * settles as paused afterwards.
 */
export function createResume(context: InboxContext): Inbox["resume"] {
  return async (tenant, { now = context.now() } = {}) => {
    const at = wholeMs(now);
    await context.database.write((transaction) => transaction.run(NOTE, tenant, at), {
      withoutSavepoint: true,
    });
    return changeInBatches(context, { tenant, states: ["paused"] }, (transaction, sequences) =>
      changeRows(transaction, sequences, RESUME, at, at),
    );
  };
}

/**
 * Returns whether the tenant was resumed at `since` or later. A note from the future, of a clock
 * that has been corrected since, counts once: it would otherwise cancel every pause until that
 * time.
 */
export function wasResumed(
  transaction: Transaction,
  tenant: string,
  since: number,
  now: number,
): boolean {
  const resumed = transaction.get<{ readonly at: number }>(RESUMED, tenant);
  if (resumed === undefined) return false;
  if (resumed.at > now) transaction.run(NOTE, tenant, now);
  return resumed.at >= Math.min(since, now);
}
