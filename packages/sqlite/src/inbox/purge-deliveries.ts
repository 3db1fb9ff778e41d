import type { Transaction } from "../connection/transaction.ts";
import { PARKED } from "./row-states.ts";

const ERASE = `UPDATE jobber_deliveries SET body = NULL
  WHERE sequence IN (
    SELECT sequence FROM jobber_deliveries INDEXED BY jobber_deliveries_erasable
    WHERE state = 'done' AND body IS NOT NULL AND finished_at < ? LIMIT ?)
  RETURNING sequence`;

const DELETE = `DELETE FROM jobber_deliveries
  WHERE sequence IN (
    SELECT sequence FROM jobber_deliveries INDEXED BY jobber_deliveries_parked
    WHERE ${PARKED} AND state <> 'paused' AND finished_at < ? LIMIT ?)
  RETURNING sequence`;

/** Erases the bodies of up to `limit` deliveries that were done before `before`. @returns how many there were */
export function eraseBodies(before: number, limit: number): (transaction: Transaction) => number {
  return (transaction) => transaction.all(ERASE, before, limit).length;
}

/** Deletes up to `limit` deliveries that failed before `before`. @returns how many there were */
export function deleteFailed(before: number, limit: number): (transaction: Transaction) => number {
  return (transaction) => transaction.all(DELETE, before, limit).length;
}
