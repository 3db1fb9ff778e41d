import type { DeliveryState } from "@jobber-sync/core";
import type { Command } from "commander";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import { type FilterOptions, filterOf, withFilter } from "../delivery-filter.ts";
import type { TargetOptions } from "../open-target.ts";

/** Adds `inbox replay` and `inbox redrive`, which differ in the states they act on. */
export function addInboxReplayCommands(inbox: Command, context: CommandContext): void {
  addCommand(inbox, context, {
    name: "replay",
    description: "process quarantined and unresolved deliveries again, after fixing the cause",
    states: ["quarantined", "unresolved"],
  });
  addCommand(inbox, context, {
    name: "redrive",
    description: "process dead letters again, after fixing the cause",
    states: ["dead"],
  });
}

interface Replay {
  readonly name: string;
  readonly description: string;
  readonly states: readonly DeliveryState[];
}

function addCommand(inbox: Command, context: CommandContext, replay: Replay): void {
  const { name, description, states } = replay;
  const command = inbox
    .command(name)
    .description(description)
    .argument("[numbers...]", "only these deliveries");
  withTarget(withFilter(command, states)).action(
    (numbers: readonly string[], options: FilterOptions & TargetOptions & JsonOption) =>
      useTarget(context, options, async ({ options: { database } }) => {
        const filter = filterOf(options, numbers);
        const requeued = await database.inbox.replay({
          ...filter,
          states: filter.states ?? states,
        });
        print(context, options, {
          data: { requeued },
          text: () => `${requeued} requeued; a running worker processes them`,
        });
      }),
  );
}
