import {
  type Inbox,
  type ObjectParent,
  type ObjectRef,
  objectKey,
  SEEN_AGAIN_MS,
} from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import { type Run, runStatement } from "../database/transaction.ts";
import { type InboxContext, nowValue, transactionNowSql } from "./inbox-context.ts";

/** Remembers parents in an open transaction. */
export type WriteParents = (
  run: Run,
  parents: readonly ObjectParent[],
  now: number,
) => Promise<void>;

/** Creates the function that remembers parents. One that is seen often is written once a day. */
export function createWriteParents(context: InboxContext): WriteParents {
  const statement = `
INSERT INTO ${context.schema.quoted}.jobber_parents AS known
  (tenant, object_type, object_id, parent_type, parent_id, seen_at)
SELECT "tenant", "objectType", "objectId", "parentType", "parentId", ${transactionNowSql("$2")}
FROM json_to_recordset($1::text::json) AS x(
  "tenant" text, "objectType" text, "objectId" text, "parentType" text, "parentId" text)
ORDER BY "tenant" COLLATE "C", "objectType" COLLATE "C", "objectId" COLLATE "C"
ON CONFLICT (object_id, object_type, tenant) DO UPDATE SET
  parent_type = excluded.parent_type, parent_id = excluded.parent_id, seen_at = excluded.seen_at
WHERE known.parent_type <> excluded.parent_type OR known.parent_id <> excluded.parent_id
  OR abs(extract(epoch FROM excluded.seen_at - known.seen_at)) > ${SEEN_AGAIN_MS / 1000}`;
  return async (run, parents, now) => {
    // A statement cannot write a row twice.
    const distinct = new Map(parents.map((parent) => [objectKey(parent), parent]));
    if (distinct.size > 0)
      await run(statement, [jsonText([...distinct.values()]), nowValue(context, now)]);
  };
}

/** Creates `parentOf`. */
export function createParentOf({ pool, schema }: InboxContext): Inbox["parentOf"] {
  const statement = `
SELECT json_build_object('tenant', tenant, 'objectType', parent_type, 'objectId', parent_id)::text AS json
FROM ${schema.quoted}.jobber_parents WHERE tenant = $1 AND object_type = $2 AND object_id = $3`;
  return async ({ tenant, objectType, objectId }) => {
    const [parent] = await runStatement<ObjectRef>(pool, statement, [tenant, objectType, objectId]);
    return parent ?? null;
  };
}
