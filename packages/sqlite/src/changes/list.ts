import type { ChangeFilter, ChangeInfo } from "@jobber-sync/core";
import { type ChangeFeed, changeRules } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { wholeLimit } from "../inbox/inbox-context.ts";
import type { FeedContext } from "./feed-context.ts";

const INFO = `sequence, tenant AS "tenant", object_type AS "objectType", object_id AS "objectId", cause, ref, at,
  initial, replay, state, attempts, due_at AS "dueAt", reason, error`;

/** Creates `list`. */
export function createList({ database }: FeedContext): ChangeFeed["list"] {
  return async (filter) => {
    const limit = filter.limit ?? changeRules.CHANGE_DEFAULTS.listLimit;
    const rows = database.read((connection) =>
      selectChanges<ChangeInfo>(connection, INFO, filter, { after: 0, limit }),
    );
    return rows.map((row) => ({
      ...row,
      initial: Boolean(row.initial),
      replay: Boolean(row.replay),
    }));
  };
}

/** Rows by ascending number. */
export interface ChangeBatch {
  /** The last number of the batch before. */
  readonly after: number;
  readonly limit: number;
}

/** Selects one batch of the changes that a filter names. */
export function selectChanges<T>(
  connection: Connection,
  columns: string,
  { tenant, objectType, objectId, states, sequences }: ChangeFilter,
  { after, limit }: ChangeBatch,
): readonly T[] {
  const conditions: string[] = ["sequence > ?"];
  const values: SqliteValue[] = [after];
  for (const [condition, value] of [
    ["tenant = ?", tenant],
    ["object_type = ?", objectType],
    ["object_id = ?", objectId],
    [inList("state"), states && JSON.stringify(states)],
    [inList("sequence"), sequences && JSON.stringify(sequences)],
  ] as const) {
    if (value === undefined) continue;
    conditions.push(condition);
    values.push(value);
  }
  return connection.all<T>(
    `SELECT ${columns} FROM jobber_changes WHERE ${conditions.join(" AND ")} ORDER BY sequence LIMIT ?`,
    ...values,
    wholeLimit(limit),
  );
}

function inList(column: string): string {
  return `${column} IN (SELECT value FROM json_each(?))`;
}
