import type { ChangeFilter, ChangeInfo } from "@jobber-sync/core";
import { type ChangeFeed, changeRules } from "@jobber-sync/core/ports";
import { millisecondsSql } from "../database/times.ts";
import { runStatement } from "../database/transaction.ts";
import { sequenceArray, wholeLimit } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";

/** Creates `list`. */
export function createList({ pool, schema }: FeedContext): ChangeFeed["list"] {
  return (filter) => {
    const { conditions, values } = changeFilterSql(filter);
    const text = `
SELECT json_build_object(
  'sequence', sequence, 'tenant', tenant, 'objectType', object_type, 'objectId', object_id,
  'cause', cause, 'ref', ref, 'at', ${millisecondsSql("at")}, 'initial', initial, 'replay', replay,
  'state', state, 'attempts', attempts, 'dueAt', ${millisecondsSql("due_at")},
  'reason', reason, 'error', error
)::text AS json
FROM ${schema.quoted}.jobber_changes WHERE ${conditions.join(" AND ")} ORDER BY sequence LIMIT $${values.length + 1}`;
    const limit = filter.limit ?? changeRules.CHANGE_DEFAULTS.listLimit;
    return runStatement<ChangeInfo>(pool, text, [...values, wholeLimit(limit)]);
  };
}

/** Builds the conditions of a filter. Absent fields produce no condition. */
export function changeFilterSql({
  tenant,
  objectType,
  objectId,
  states,
  sequences,
}: ChangeFilter): { readonly conditions: readonly string[]; readonly values: readonly unknown[] } {
  const conditions = ["true"];
  const values: unknown[] = [];
  const add = (condition: string, value: unknown) =>
    conditions.push(condition.replace("?", `$${values.push(value)}`));
  if (tenant !== undefined) add("tenant = ?", tenant);
  if (objectType !== undefined) add("object_type = ?", objectType);
  if (objectId !== undefined) add("object_id = ?", objectId);
  if (states !== undefined) add("state = ANY (?::text[])", `{${states.join(",")}}`);
  if (sequences !== undefined) {
    const list = sequenceArray(sequences.map((sequence) => ({ sequence })));
    add("sequence = ANY (?::bigint[])", list);
  }
  return { conditions, values };
}
