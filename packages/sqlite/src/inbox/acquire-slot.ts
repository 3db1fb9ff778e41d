import { nextSlotAt, type RateLimit, type SlotRequest } from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";

const BUDGET = `SELECT next_slot_at AS "nextSlotAt", next_retry_at AS "nextRetryAt" FROM jobber_tenants
  WHERE tenant = ? AND next_slot_at IS NOT NULL`;

const KEEP = `INSERT INTO jobber_tenants (tenant, next_slot_at, next_retry_at) VALUES (?, ?, ?)
  ON CONFLICT (tenant) DO UPDATE SET next_slot_at = excluded.next_slot_at, next_retry_at = excluded.next_retry_at`;

/** Takes a place in the tenant's budget, or a time to come back. @returns milliseconds until it */
export function acquireSlot(
  tenant: string,
  reservation: SlotRequest,
): (transaction: Transaction) => number {
  return (transaction) => {
    const known = transaction.get<RateLimit>(BUDGET, tenant);
    const { waitMs, budget } = nextSlotAt(known ?? null, reservation);
    transaction.run(KEEP, tenant, budget.nextSlotAt, budget.nextRetryAt);
    return waitMs;
  };
}
