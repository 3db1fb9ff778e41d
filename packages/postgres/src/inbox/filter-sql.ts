import type { DeliveryFilter, DeliveryState } from "@jobber-sync/core";
import { sequenceArray } from "./inbox-context.ts";

/** The part of a statement that chooses rows, with the values of its parameters. */
export interface Filter {
  /** Conditions that are all to hold; at least one. */
  readonly conditions: readonly string[];
  readonly values: readonly unknown[];
  /** How to order by sequence. */
  readonly order: string;
}

/** The states of each partial index, as its definition has them. */
const INDEXED: readonly { readonly states: readonly DeliveryState[]; readonly order: string }[] = [
  { states: ["unresolved", "paused", "quarantined", "dead"], order: "sequence" },
  // Has no order of its own. The sum keeps PostgreSQL from going through all rows by sequence instead, until it has found enough.
  { states: ["waiting", "claimed"], order: "sequence + 0" },
];

/**
 * Only the conditions that were asked for: one that any value passes ("or the parameter is null") keeps a prepared statement from using an
 * index. And the condition of the partial index that holds the states, in its own words, for PostgreSQL cannot infer it from a parameter.
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
