import { createHash } from "node:crypto";
import type { Connection } from "../database/connection.ts";
import type { Transaction } from "../database/transaction.ts";
import { changeRows } from "./change-rows.ts";
import { FAILED, KEPT } from "./row-states.ts";

const ERASABLE = `SELECT sequence, body FROM jobber_deliveries INDEXED BY jobber_deliveries_finished
  WHERE ${KEPT} AND state = 'done' AND finished_at < ? LIMIT ?`;

const ERASE = `UPDATE jobber_deliveries SET body = NULL, body_sha256 = ?
  WHERE sequence = ? AND body IS NOT NULL RETURNING sequence`;

const DELETABLE = `SELECT sequence FROM jobber_deliveries INDEXED BY jobber_deliveries_finished
  WHERE ${KEPT} AND ${FAILED} AND finished_at < ? LIMIT ?`;

const DELETE = `DELETE FROM jobber_deliveries WHERE finished_at < ? AND ${FAILED} AND sequence = ? RETURNING sequence`;

/** A body whose time has come. */
export interface ErasableBody {
  readonly sequence: number;
  readonly body: Uint8Array;
}

/** Up to `limit` bodies of deliveries that were done before `before`. */
export function erasableBodies(
  connection: Connection,
  before: number,
  limit: number,
): readonly ErasableBody[] {
  return connection.all<ErasableBody>(ERASABLE, before, limit);
}

/** Erases these bodies; their hashes stay. @returns how many were still there */
export function eraseBodies(bodies: readonly ErasableBody[]): (transaction: Transaction) => number {
  // Before the lock is taken: what is done does not change any more.
  const hashed = bodies.map(({ sequence, body }) => ({
    sequence,
    hash: createHash("sha256").update(body).digest(),
  }));
  return (transaction) =>
    hashed.filter(({ sequence, hash }) => transaction.get(ERASE, hash, sequence) !== undefined)
      .length;
}

/** Up to `limit` deliveries that failed before `before`. */
export function deletableDeliveries(
  connection: Connection,
  before: number,
  limit: number,
): readonly number[] {
  return connection
    .all<{ readonly sequence: number }>(DELETABLE, before, limit)
    .map(({ sequence }) => sequence);
}

/** Deletes these deliveries, unless they were replayed meanwhile. @returns how many there were */
export function deleteDeliveries(
  sequences: readonly number[],
  before: number,
): (transaction: Transaction) => number {
  return (transaction) => changeRows(transaction, sequences, DELETE, before);
}
