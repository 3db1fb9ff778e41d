import {
  type Inbox,
  type ObjectParent,
  type ObjectRef,
  SEEN_AGAIN_MS,
} from "@jobber-sync/core/ports";
import type { Transaction } from "../database/transaction.ts";
import type { InboxContext } from "./inbox-context.ts";

const READ = `SELECT parent_type AS "objectType", parent_id AS "objectId" FROM jobber_parents
  WHERE tenant = ? AND object_type = ? AND object_id = ?`;

// An object that is seen often is written once a day.
const WRITE = `INSERT INTO jobber_parents (tenant, object_type, object_id, parent_type, parent_id, seen_at)
  VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (object_id, tenant, object_type) DO UPDATE
  SET parent_type = excluded.parent_type, parent_id = excluded.parent_id, seen_at = excluded.seen_at
  WHERE parent_type <> excluded.parent_type OR parent_id <> excluded.parent_id
    OR abs(excluded.seen_at - seen_at) > ${SEEN_AGAIN_MS}`;

const FORGET = `DELETE FROM jobber_parents WHERE (object_id, tenant, object_type) IN (
  SELECT object_id, tenant, object_type FROM jobber_parents WHERE seen_at < ? LIMIT ?) RETURNING 1`;

const MAX_ROWS = 256;

/** Remembers an object's parent. */
export function writeParent(
  transaction: Transaction,
  { tenant, objectType, objectId, parentType, parentId }: ObjectParent,
  now: number,
): void {
  transaction.run(WRITE, tenant, objectType, objectId, parentType, parentId, now);
}

/** Creates `parentOf`. */
export function createParentOf({ database }: InboxContext): Inbox["parentOf"] {
  return async ({ tenant, objectType, objectId }) => {
    const found = database.read((connection) =>
      connection.get<Omit<ObjectRef, "tenant">>(READ, tenant, objectType, objectId),
    );
    return found === undefined ? null : { tenant, ...found };
  };
}

/** Forgets parents that were seen last before a time, in batches. */
export async function forgetParents(
  { database }: InboxContext,
  before: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  while (!signal?.aborted) {
    const forgotten = await database.write((transaction) =>
      transaction.all(FORGET, before, MAX_ROWS),
    );
    if (forgotten.length < MAX_ROWS) return;
  }
}
