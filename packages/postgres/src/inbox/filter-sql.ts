import type { DeliveryFilter, DeliveryState } from "@jobber-sync/core";
import { sequenceArray } from "./inbox-context.ts";

/** The WHERE clause of a {@link DeliveryFilter}, with its parameters. */
export interface Filter {
  /** Conditions to join with AND. At least one. */
  readonly conditions: readonly string[];
  readonly values: unknown[];
  /** The ORDER BY expression that sorts by sequence. */
  readonly order: string;
}

/** The states of each partial index, in the order of its definition. */
const INDEXED: readonly { readonly states: readonly DeliveryState[]; readonly order: string }[] = [
  { states: ["unresolved", "paused", "quarantined", "dead"], order: "sequence" },
  // Not ordered by sequence. The sum prevents a walk over the primary key until the limit is
  // reached.
  { states: ["waiting", "claimed"], order: "sequence + 0" },
];

/**
 * Builds the conditions of a filter. Absent fields produce no condition: "or $1 is null" would keep
 * a prepared statement from using an index. Repeats the condition of the matching partial index
 * literally, because PostgreSQL cannot infer it from a parameter.
 */
export function filterSql({ states, sequences, ...filter }: DeliveryFilter): Filter {
  const conditions = ["true"];
  const values: unknown[] = [];
  const compare = (left: string, value: unknown, right = "?", operator = "=") =>
    conditions.push(`${left} ${operator} ${right.replace("?", `$${values.push(value)}`)}`);
  const { tenant, objectType, objectId, topic, receivedFrom, receivedBefore } = filter;
  if (tenant !== undefined) compare("tenant", tenant);
  if (objectType !== undefined) compare("object_type", objectType);
  if (objectId !== undefined) compare("object_id", objectId);
  if (topic !== undefined) compare("topic", topic);
  const time = "to_timestamp(?::float8 / 1000)";
  if (receivedFrom !== undefined) compare("received_at", receivedFrom, time, ">=");
  if (receivedBefore !== undefined) compare("received_at", receivedBefore, time, "<");
  if (sequences !== undefined) {
    compare(
      "sequence",
      sequenceArray(sequences.map((sequence) => ({ sequence }))),
      "ANY (?::bigint[])",
    );
  }
  if (states === undefined) return { conditions, values, order: "sequence" };
  compare("state", `{${states.join(",")}}`, "ANY (?::text[])");
  const index = INDEXED.find((indexed) => states.every((state) => indexed.states.includes(state)));
  if (index === undefined) return { conditions, values, order: "sequence" };
  conditions.push(`state IN (${index.states.map((state) => `'${state}'`).join(", ")})`);
  return { conditions, values, order: index.order };
}
