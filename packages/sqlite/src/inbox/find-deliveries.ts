import type { DeliveryFilter, DeliveryInfo, DeliveryState, ObjectRef } from "@jobber-sync/core";
import type { Connection } from "../connection/connection.ts";
import type { SqliteValue } from "../connection/sqlite-handle.ts";
import { OPEN, PARKED, PARKED_STATES } from "./row-states.ts";

const DEFAULT_LIMIT = 100;

// Of a long queue only the beginning is looked at: this runs whenever something was accepted.
const DUE = `SELECT client_slug AS "clientSlug", object_type AS "objectType", object_id AS "objectId"
  FROM (
    SELECT client_slug, object_type, object_id, coalesce(claimed_until, due_at) AS due FROM jobber_deliveries
    WHERE ${OPEN} AND coalesce(claimed_until, due_at) <= ?
    ORDER BY coalesce(claimed_until, due_at) LIMIT 1000 + 100 * ?)
  GROUP BY client_slug, object_type, object_id ORDER BY min(due) LIMIT ?`;

const INFO = `sequence, client_slug AS "clientSlug", object_type AS "objectType", object_id AS "objectId",
  delivery_key AS "deliveryKey", topic, state, reason, attempts, retries, received_at AS "receivedAt",
  due_at AS "dueAt", length(body) AS "bodyBytes"`;

/** Objects with rows that are due or whose claim has run out, the longest waiting first. */
export function dueObjects(connection: Connection, now: number, limit: number): readonly ObjectRef[] {
  return connection.all<ObjectRef>(DUE, now, limit, limit).map((row) => ({ ...row }));
}

/** Deliveries without their bodies, oldest first. */
export function listDeliveries(connection: Connection, filter: DeliveryFilter): readonly DeliveryInfo[] {
  return select<DeliveryInfo>(connection, INFO, filter).map((row) => ({ ...row }));
}

/** The sequences of the deliveries that a filter chooses, oldest first. */
export function listSequences(connection: Connection, filter: DeliveryFilter): readonly number[] {
  return select<{ readonly sequence: number }>(connection, "sequence", filter).map(
    ({ sequence }) => sequence,
  );
}

/** The body of a delivery; `null` when there is none. */
export function deliveryBody(connection: Connection, sequence: number): Uint8Array | null {
  const row = connection.get<{ readonly body: Uint8Array | null }>(
    "SELECT body FROM jobber_deliveries WHERE sequence = ?",
    sequence,
  );
  return row?.body ?? null;
}

function select<T>(
  connection: Connection,
  columns: string,
  { clientSlug, states, topic, sequences, limit = DEFAULT_LIMIT }: DeliveryFilter,
): readonly T[] {
  const conditions: string[] = [];
  const values: SqliteValue[] = [];
  if (clientSlug !== undefined) {
    conditions.push("client_slug = ?");
    values.push(clientSlug);
  }
  if (states !== undefined) {
    conditions.push("state IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify(states));
  }
  if (topic !== undefined) {
    conditions.push("topic = ?");
    values.push(topic);
  }
  if (sequences !== undefined) {
    conditions.push("sequence IN (SELECT value FROM json_each(?))");
    values.push(JSON.stringify(sequences));
  }
  const { index, condition } = indexFor(states, sequences);
  const where = [...conditions, ...condition].join(" AND ") || "TRUE";
  return connection.all<T>(
    `SELECT ${columns} FROM jobber_deliveries ${index} WHERE ${where} ORDER BY sequence LIMIT ?`,
    ...values,
    limit,
  );
}

/** Failed rows are few among many finished ones: without its index a list of them would read the whole table. */
function indexFor(
  states: readonly DeliveryState[] | undefined,
  sequences: readonly number[] | undefined,
): { readonly index: string; readonly condition: readonly string[] } {
  if (sequences !== undefined || states === undefined) return { index: "", condition: [] };
  if (states.every((state) => PARKED_STATES.includes(state))) {
    return { index: "INDEXED BY jobber_deliveries_parked", condition: [PARKED] };
  }
  return { index: "", condition: [] };
}
