import type { DeliveryFilter, DeliveryInfo, DeliveryState, ObjectType } from "@jobber-sync/core";
import { type Command, InvalidArgumentError, Option } from "commander";
import { CliError } from "./cli-error.ts";
import { wholeNumber } from "./command-context.ts";

/** States of deliveries that are not finished, or need an operator. */
export const NOT_DONE = [
  "waiting",
  "claimed",
  "paused",
  "unresolved",
  "quarantined",
  "dead",
] as const satisfies readonly DeliveryState[];

/** Options that select deliveries. */
export interface FilterOptions {
  readonly tenant?: string;
  readonly state?: readonly DeliveryState[];
  readonly topic?: string;
  readonly object?: readonly [type: string, id: string];
  readonly since?: number;
  readonly limit?: number;
}

/** Adds the options that select deliveries. @param states that the command acts on */
export function withFilter(command: Command, states: readonly DeliveryState[]): Command {
  const state = new Option("--state <state...>", "only in these states").choices(states);
  return command
    .option("--tenant <slug>", "only this tenant's")
    .addOption(state)
    .option("--topic <topic>", "only this topic or event")
    .option("--object <type:id>", "only of this object, such as job:Z2lkOi8v…", objectRef)
    .option("--since <time>", "only received since then: 90m, 12h, 7d, or a date", since)
    .option("--limit <number>", "at most so many, oldest first", wholeNumber);
}

/** Returns the filter for the options and the numbers of deliveries. */
export function filterOf(
  options: FilterOptions,
  sequences: readonly string[] = [],
): DeliveryFilter {
  const [objectType, objectId] = options.object ?? [];
  return {
    tenant: options.tenant,
    states: options.state,
    topic: options.topic,
    objectType: objectType as ObjectType | undefined,
    objectId,
    receivedFrom: options.since,
    limit: options.limit,
    sequences: sequences.length === 0 ? undefined : sequences.map(sequence),
  };
}

/** Parses the number of a delivery. @throws {CliError} `ERR_CLI_USAGE` */
export function sequence(text: string): number {
  if (/^\d+$/.test(text) && Number.isSafeInteger(Number(text))) return Number(text);
  throw new CliError("ERR_CLI_USAGE", `${text} is not the number of a delivery.`);
}

/** Describes a delivery for people and programs. */
export function describeDelivery(delivery: DeliveryInfo) {
  const { dueAt, receivedAt, ...rest } = delivery;
  return {
    ...rest,
    receivedAt: new Date(receivedAt).toISOString(),
    dueAt: delivery.state === "waiting" ? new Date(dueAt).toISOString() : null,
  };
}

/** Parses a type and an id, for commander. */
export function objectRef(text: string): readonly [string, string] {
  const [type = "", ...id] = text.split(":");
  if (/^[a-z_]+$/.test(type) && id.join(":") !== "") return [type, id.join(":")];
  throw new InvalidArgumentError('It must be a type and an id, such as "job:Z2lkOi8v…".');
}

const UNIT_MS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function since(text: string): number {
  const [, count, unit = ""] = /^(\d+)([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return Date.now() - Number(count) * (UNIT_MS[unit] ?? 0);
  const time = Date.parse(text);
  if (!Number.isNaN(time)) return time;
  throw new InvalidArgumentError("It must be 90m, 12h, 7d, or a date.");
}
