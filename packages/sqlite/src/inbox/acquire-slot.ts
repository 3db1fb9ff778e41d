import { type FetchBudget, type FetchReservation, reserveFetchPlace } from "@jobber-sync/core";
import type { Transaction } from "../database/transaction.ts";

const BUDGET = `SELECT next_place_at AS "nextPlaceAt", next_turn_at AS "nextTurnAt" FROM jobber_tenants
  WHERE tenant = ? AND next_place_at IS NOT NULL`;

const KEEP = `INSERT INTO jobber_tenants (tenant, next_place_at, next_turn_at) VALUES (?, ?, ?)
  ON CONFLICT (tenant) DO UPDATE SET next_place_at = excluded.next_place_at, next_turn_at = excluded.next_turn_at`;

/** Takes a place in the tenant's budget, or a time to come back. @returns milliseconds until it */
export function reserveFetch(
  tenant: string,
  reservation: FetchReservation,
): (transaction: Transaction) => number {
  return (transaction) => {
    const known = transaction.get<FetchBudget>(BUDGET, tenant);
    const { waitMs, budget } = reserveFetchPlace(known ?? null, reservation);
    transaction.run(KEEP, tenant, budget.nextPlaceAt, budget.nextTurnAt);
    return waitMs;
  };
}
