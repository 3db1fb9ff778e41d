import type { ObjectRef, transitions } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "./inbox-context.ts";

const OBJECT = "tenant = ? AND object_type = ? AND object_id = ?";
const LANE = `claim_id AS "claimId", held_until AS "until", lease_ms AS "leaseMs"`;

const LIST = `SELECT tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", ${LANE} FROM jobber_lanes`;
const READ = `SELECT ${LANE} FROM jobber_lanes WHERE ${OBJECT}`;
const TAKE = `INSERT OR REPLACE INTO jobber_lanes (tenant, object_type, object_id, claim_id, held_until, lease_ms)
  VALUES (?, ?, ?, ?, ?, ?)`;
const EXTEND = `UPDATE jobber_lanes SET held_until = ?, lease_ms = ? WHERE ${OBJECT} AND claim_id = ? RETURNING 1`;
const FREE = `DELETE FROM jobber_lanes WHERE ${OBJECT} AND claim_id = ? RETURNING ${LANE}`;

type Lane = transitions.Lane;

/** Returns all lanes. There are about as many as runs. */
export function listLanes(connection: Connection): readonly (ObjectRef & Lane)[] {
  return connection.all(LIST);
}

/** Returns the object's lane, or `null` if it is free. */
export function readLane(transaction: Transaction, object: ObjectRef): Lane | null {
  return transaction.get<Lane>(READ, ...keyOf(object)) ?? null;
}

/** Writes the lane of a claim, over one that expired. */
export function takeLane(transaction: Transaction, object: ObjectRef, lane: Lane): void {
  const { claimId, until, leaseMs } = lane;
  transaction.run(TAKE, ...keyOf(object), claimId, wholeMs(until), wholeMs(leaseMs));
}

/** Prolongs the lane if it is still the claim's. @returns whether it is */
export function extendLane(transaction: Transaction, object: ObjectRef, lane: Lane): boolean {
  const { claimId, until, leaseMs } = lane;
  const values = [wholeMs(until), wholeMs(leaseMs), ...keyOf(object), claimId];
  return transaction.get(EXTEND, ...values) !== undefined;
}

/**
 * Frees the lane if it is still the claim's.
 *
 * @returns the lane as it was, or `null` if it is not
 */
export function freeLane(
  transaction: Transaction,
  object: ObjectRef,
  claimId: string,
): Lane | null {
  return transaction.get<Lane>(FREE, ...keyOf(object), claimId) ?? null;
}

function keyOf({ tenant, objectType, objectId }: ObjectRef): readonly string[] {
  return [tenant, objectType, objectId];
}
