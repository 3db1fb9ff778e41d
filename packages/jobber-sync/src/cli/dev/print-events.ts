import type { DeliveryFacts, LifecycleEvents, LifecycleHooks, Logger } from "@jobber-sync/core";
import { printable } from "../cli-io.ts";

type Name = keyof LifecycleEvents;

const RECEIVED = ["accepted", "coalesced", "duplicate", "quarantined", "ignored"] as const;
const WORKED = ["processed", "stale", "retried", "dead"] as const;

/**
 * Creates hooks that print a line about each delivery, beside the user's own. The lines hold ids
 * and codes, no customer's data.
 */
export function printEvents(
  print: (line: string) => void,
  own: LifecycleHooks | undefined,
): LifecycleHooks {
  const hook =
    <N extends Name>(name: N, describe: (event: LifecycleEvents[N]) => string) =>
    (event: LifecycleEvents[N]): void => {
      print(printable(`${name.padEnd(11)} ${describe(event)}`));
      (own?.[name] as ((event: LifecycleEvents[N]) => void) | undefined)?.(event);
    };
  const delivery = (event: DeliveryFacts) =>
    `#${event.sequence ?? "-"} ${event.topic ?? "no event"} ${event.objectType} ${event.objectId}`;
  const coded = (event: DeliveryFacts) =>
    `${delivery(event)}${"code" in event ? ` ${event.code}` : ""}`;
  return {
    ...Object.fromEntries([...RECEIVED, ...WORKED].map((name) => [name, hook(name, coded)])),
    rejected: hook(
      "rejected",
      ({ status, code, cause }) => `${status} ${code}${cause === null ? "" : ` (${cause})`}`,
    ),
  };
}

/** Creates a logger that prints warnings and errors in one line each. */
export function printingLogger(print: (line: string) => void): Logger {
  const write = (level: string) => (details: object, message: string) => {
    const { err } = details as { readonly err?: unknown };
    const cause = err instanceof Error ? `: ${err.message}` : "";
    print(printable(`${level.padEnd(11)} ${message}${cause}`));
  };
  return { info: write("info"), warn: write("warning"), error: write("error") };
}
