import {
  type ClaimedRefresh,
  type ObjectRef,
  type RefreshRequest,
  type RefreshState,
  transitions,
} from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { Transaction } from "../database/transaction.ts";
import { wholeMs } from "./inbox-context.ts";

const OBJECT = "tenant = ? AND object_type = ? AND object_id = ?";

const READ = `SELECT due_at AS "dueAt", delay_ms AS "delayMs", last_at AS "lastAt", account_id AS "accountId",
    since, occurred_at AS "occurredAt", missing_since AS "missingSince", retries, revision
  FROM jobber_refreshes WHERE ${OBJECT}`;

const WRITE = `INSERT OR REPLACE INTO jobber_refreshes (tenant, object_type, object_id,
    due_at, delay_ms, last_at, account_id, since, occurred_at, missing_since, retries, revision)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const REMOVE = `DELETE FROM jobber_refreshes WHERE ${OBJECT} AND revision = ?`;

/** Returns the object's refresh, or `null` without one. */
export function readRefresh(connection: Connection, object: ObjectRef): RefreshState | null {
  const row = connection.get<RefreshState>(READ, ...keyOf(object));
  return row === undefined ? null : { ...row };
}

/** Merges a request into the object's refresh, which follows `transitions.mergedRefresh`. */
export function requestRefresh(
  transaction: Transaction,
  object: ObjectRef,
  request: RefreshRequest,
  now: number,
): void {
  const stored = readRefresh(transaction, object);
  const revision = transaction.nextSequence();
  const merged = transitions.mergedRefresh(stored, request, { now, revision });
  transaction.run(
    WRITE,
    ...keyOf(object),
    wholeMs(merged.dueAt),
    wholeMs(merged.delayMs),
    wholeMs(merged.lastAt),
    merged.accountId,
    maybeMs(merged.since),
    maybeMs(merged.occurredAt),
    maybeMs(merged.missingSince),
    merged.retries,
    revision,
  );
}

/** Removes the object's refresh unless a request has changed it since it was claimed. */
export function removeRefresh(
  transaction: Transaction,
  object: ObjectRef,
  { revision }: ClaimedRefresh,
): void {
  transaction.run(REMOVE, ...keyOf(object), revision);
}

function keyOf({ tenant, objectType, objectId }: ObjectRef): readonly string[] {
  return [tenant, objectType, objectId];
}

function maybeMs(ms: number | null): number | null {
  return ms === null ? null : wholeMs(ms);
}
