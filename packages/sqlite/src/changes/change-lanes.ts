import type { ObjectRef, transitions } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "../inbox/inbox-context.ts";
import { LINE } from "./feed-context.ts";

const LANE = `claim_id AS "claimId", held_until AS "until", lease_ms AS "leaseMs"`;

const LIST = `SELECT tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", ${LANE} FROM jobber_change_lanes`;
const READ = `SELECT ${LANE} FROM jobber_change_lanes WHERE ${LINE}`;
const TAKE = `INSERT OR REPLACE INTO jobber_change_lanes (tenant, object_type, object_id, claim_id, held_until, lease_ms)
  VALUES (?, ?, ?, ?, ?, ?)`;
const EXTEND = `UPDATE jobber_change_lanes SET held_until = ?, lease_ms = ? WHERE ${LINE} AND claim_id = ? RETURNING 1`;
const FREE = `DELETE FROM jobber_change_lanes WHERE ${LINE} AND claim_id = ? RETURNING 1`;

type Lane = transitions.Lane;

/** Returns all lanes. There are about as many as runs. */
export function listChangeLanes(connection: Connection): readonly (ObjectRef & Lane)[] {
  return connection.all(LIST);
}

/** Returns the record's lane, or `null` if it is free. */
export function readChangeLane(transaction: Transaction, object: ObjectRef): Lane | null {
  return transaction.get<Lane>(READ, ...lineOf(object)) ?? null;
}

/** Writes the lane of a claim, over one that expired. */
export function takeChangeLane(transaction: Transaction, object: ObjectRef, lane: Lane): void {
  const { claimId, until, leaseMs } = lane;
  transaction.run(TAKE, ...lineOf(object), claimId, wholeMs(until), wholeMs(leaseMs));
}

/** Prolongs the lane if it is still the claim's. @returns whether it is */
export function extendChangeLane(transaction: Transaction, object: ObjectRef, lane: Lane): boolean {
  const { claimId, until, leaseMs } = lane;
  const values = [wholeMs(until), wholeMs(leaseMs), ...lineOf(object), claimId];
  return transaction.get(EXTEND, ...values) !== undefined;
}

/** Frees the lane if it is still the claim's. @returns whether it was */
export function freeChangeLane(
  transaction: Transaction,
  object: ObjectRef,
  claimId: string,
): boolean {
  return transaction.get(FREE, ...lineOf(object), claimId) !== undefined;
}

/** The values of `LINE`. */
export function lineOf({ tenant, objectType, objectId }: ObjectRef): readonly string[] {
  return [tenant, objectType, objectId];
}
