import type { FetchReservation } from "@jobber-sync/core";
import type { Transaction } from "../connection/transaction.ts";

const NEXT = "SELECT next_at AS next FROM jobber_fetch_budget WHERE client_slug = ?";

const RESERVE = `INSERT INTO jobber_fetch_budget (client_slug, next_at) VALUES (?, ?)
  ON CONFLICT (client_slug) DO UPDATE SET next_at = excluded.next_at`;

/** Takes the next place in the tenant's budget if it is near enough. @returns milliseconds until it */
export function reserveFetch(
  clientSlug: string,
  { perSecond, maxWaitMs, now }: FetchReservation,
): (transaction: Transaction) => number {
  return (transaction) => {
    const place = Math.max(transaction.get<{ readonly next: number }>(NEXT, clientSlug)?.next ?? now, now);
    if (place - now <= maxWaitMs) transaction.run(RESERVE, clientSlug, place + 1000 / perSecond);
    return place - now;
  };
}
