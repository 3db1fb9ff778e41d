import type { DeliveryFilter, DeliveryInfo } from "@jobber-sync/core";
import { INBOX_DEFAULTS, type Inbox } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { type InboxContext, NOT_DONE, wholeLimit } from "./inbox-context.ts";

const INFO = `sequence, tenant AS "tenant", object_type AS "objectType", object_id AS "objectId",
  delivery_key AS "deliveryKey", topic, state, reason, error, attempts, retries,
  received_at AS "receivedAt", due_at AS "dueAt", length(body) AS "bodyBytes"`;

const BODY = "SELECT body FROM jobber_deliveries WHERE sequence = ?";

/** A page of rows: those after a sequence, up to a number. */
export interface Batch {
  readonly after: number;
  readonly limit: number;
}

interface Sequenced {
  readonly sequence: number;
}

/** Creates `list` and `body`. */
export function createListing({ database }: InboxContext): Pick<Inbox, "list" | "body"> {
  return {
    async list(filter) {
      const limit = filter.limit ?? INBOX_DEFAULTS.listLimit;
      const rows = database.read((connection) =>
        select<DeliveryInfo>(connection, INFO, filter, { after: 0, limit }),
      );
      return rows.map((row) => ({ ...row }));
    },
    async body(sequence) {
      const row = database.read((connection) =>
        connection.get<{ readonly body: Uint8Array | null }>(BODY, sequence),
      );
      return row?.body ?? null;
    },
  };
}

/** Returns the sequences of one batch of the rows that a filter selects, oldest first. */
export function listSequences(
  connection: Connection,
  filter: DeliveryFilter,
  batch: Batch,
): readonly number[] {
  const { afterSequence: _, beforeSequence: __, newestFirst: ___, ...chosen } = filter;
  return select<Sequenced>(connection, "sequence", chosen, batch).map(({ sequence }) => sequence);
}

function select<T extends Sequenced>(
  connection: Connection,
  columns: string,
  filter: DeliveryFilter,
  batch: Batch,
): readonly T[] {
  const { states, sequences, newestFirst = false } = filter;
  const conditions: string[] = ["sequence > ?"];
  const values: SqliteValue[] = [Math.max(batch.after, filter.afterSequence ?? 0)];
  const limit = wholeLimit(batch.limit);
  for (const [condition, value] of [
    ["tenant = ?", filter.tenant],
    ["object_type = ?", filter.objectType],
    ["object_id = ?", filter.objectId],
    ["topic = ?", filter.topic],
    ["received_at >= ?", filter.receivedFrom],
    ["received_at < ?", filter.receivedBefore],
    ["sequence < ?", filter.beforeSequence],
  ] as const) {
    if (value === undefined) continue;
    conditions.push(condition);
    values.push(value);
  }
  if (sequences !== undefined) {
    // CROSS JOIN fixes the order of the join: for each chosen sequence, look up its row.
    const chosen = "json_each(?) AS chosen CROSS JOIN jobber_deliveries ON sequence = chosen.value";
    if (states !== undefined) {
      conditions.push("state IN (SELECT value FROM json_each(?))");
      values.push(JSON.stringify(states));
    }
    return rowsOf(chosen, conditions, [JSON.stringify([...new Set(sequences)]), ...values]);
  }
  if (states === undefined) return rowsOf("jobber_deliveries", conditions, values);
  // One query per state reads each in the order of an index, and only as far as wanted.
  return [...new Set(states)]
    .flatMap((state) => {
      const [from, condition] =
        state === "done"
          ? ["jobber_deliveries", "TRUE"]
          : ["jobber_deliveries INDEXED BY jobber_deliveries_by_state", NOT_DONE];
      return rowsOf(from, [...conditions, "state = ?", condition], [...values, state]);
    })
    .sort((a, b) => (newestFirst ? b.sequence - a.sequence : a.sequence - b.sequence))
    .slice(0, limit);

  function rowsOf(
    from: string,
    where: readonly string[],
    bound: readonly SqliteValue[],
  ): readonly T[] {
    return connection.all<T>(
      `SELECT ${columns} FROM ${from} WHERE ${where.join(" AND ")} ORDER BY sequence ${newestFirst ? "DESC" : "ASC"} LIMIT ?`,
      ...bound,
      limit,
    );
  }
}
