import { type Inbox, nextSlotAt, type RateLimit } from "@jobber-sync/core/ports";
import type { InboxContext } from "./inbox-context.ts";

const READ = `SELECT next_slot_at AS "nextSlotAt", next_retry_at AS "nextRetryAt" FROM jobber_tenants
  WHERE tenant = ? AND next_slot_at IS NOT NULL`;

const WRITE = `INSERT INTO jobber_tenants (tenant, next_slot_at, next_retry_at) VALUES (?, ?, ?)
  ON CONFLICT (tenant) DO UPDATE SET next_slot_at = excluded.next_slot_at, next_retry_at = excluded.next_retry_at`;

/** Creates `acquireSlot`. */
export function createAcquireSlot({ database }: InboxContext): Inbox["acquireSlot"] {
  return (tenant, request) =>
    database.write(
      (transaction) => {
        const known = transaction.get<RateLimit>(READ, tenant);
        const { waitMs, budget } = nextSlotAt(known ?? null, request);
        transaction.run(WRITE, tenant, budget.nextSlotAt, budget.nextRetryAt);
        return waitMs;
      },
      { withoutSavepoint: true, flush: false },
    );
}
