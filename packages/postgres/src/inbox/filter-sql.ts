import type { DeliveryFilter, DeliveryState } from "@jobber-sync/core";
import { sequenceArray } from "./inbox-context.ts";

/** The WHERE clause of a {@link DeliveryFilter}, with its parameters. */
export interface Filter {
  /** Conditions to join with AND. At least one. */
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
  /** The ORDER BY expression that sorts by sequence. */
  readonly order: string;
}

/** The states of each partial index, in the order of its definition. */
const INDEXED: readonly { readonly states: readonly DeliveryState[]; readonly order: string }[] = [
  { states: ["unresolved", "paused", "quarantined", "dead"], order: "sequence" },
  // Not ordered by sequence. The sum prevents a walk over the primary key until the limit is reached.
  { states: ["waiting", "claimed"], order: "sequence + 0" },
];

/**
 * Builds the conditions of a filter. Absent fields produce no condition: "or $1 is null" would keep a
 * prepared statement from using an index. Repeats the condition of the matching partial index
 * literally, because PostgreSQL cannot infer it from a parameter.
 */
export function filterSql({ tenant, states, topic, sequences }: DeliveryFilter): Filter {
  const conditions = ["true"];
  const values: unknown[] = [];
  const compare = (left: string, value: unknown, right = "?") =>
    conditions.push(`${left} = ${right.replace("?", `$${values.push(value)}`)}`);
  if (tenant !== undefined) compare("tenant", tenant);
  if (topic !== undefined) compare("topic", topic);
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
