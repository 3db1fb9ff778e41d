import type { ChangeFeed } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import { nowSql, nowValue } from "../inbox/inbox-context.ts";
import { EXACT_NUMBERS, recordJsonSql } from "../store/record-json.ts";
import { CONTACTS, JOBS, type RecordTable, snakeCase } from "../store/record-table.ts";
import type { FeedContext } from "./feed-context.ts";

/** Records per statement, so that their locks are short. */
const MAX_RECORDS = 500;

/** Creates `initial`. A record that is written between two batches is emitted as it is then. */
export function createInitial(context: FeedContext): ChangeFeed["initial"] {
  const statements = [CONTACTS, JOBS].map((table) => emitStatement(context, table));
  return async (tenant, { now = context.now() } = {}) => {
    let emitted = 0;
    for (const statement of statements) {
      let afterId = "";
      for (;;) {
        const values = [tenant, afterId, nowValue(context, now)];
        const ids = await runStatement<string>(context.pool, statement, values);
        emitted += ids.length;
        if (ids.length < MAX_RECORDS) break;
        afterId = ids.reduce((last, id) =>
          Buffer.from(id).compare(Buffer.from(last)) > 0 ? id : last,
        );
      }
      context.wake();
    }
    return emitted;
  };
}

/** `$1` tenant, `$2` the id after which the batch begins, `$3` now. */
function emitStatement({ schema }: FeedContext, table: RecordTable): string {
  const id = snakeCase(table.idField);
  const type = table === JOBS ? "job" : "client";
  return `
WITH locked AS MATERIALIZED (
  SELECT * FROM ${schema.quoted}.${table.table} WHERE tenant = $1 AND ${id} > $2
  ORDER BY ${id} LIMIT ${MAX_RECORDS} FOR UPDATE
)
INSERT INTO ${schema.quoted}.jobber_changes (sequence, tenant, object_type, object_id, cause, at, record, initial, due_at)
SELECT nextval(${schema.sequence}), tenant, '${type}', ${id}, 'reconcile', now, ${recordJsonSql(table, "locked")}, true, now
FROM (SELECT ${nowSql("$3")} AS now, ${EXACT_NUMBERS} AS digits) AS input, locked
RETURNING to_json(object_id)::text AS json`;
}
