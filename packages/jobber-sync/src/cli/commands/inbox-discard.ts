import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import { type FilterOptions, filterOf, withFilter } from "../delivery-filter.ts";
import type { TargetOptions } from "../open-target.ts";

interface DiscardOptions extends FilterOptions, TargetOptions, JsonOption {
  readonly yes?: boolean;
}

const STATES = ["quarantined", "unresolved", "dead", "paused", "waiting"] as const;

/** Adds `inbox discard`. */
export function addInboxDiscardCommand(inbox: Command, context: CommandContext): void {
  const command = inbox
    .command("discard")
    .description("delete deliveries that are not to be processed (default: failed ones)")
    .argument("[numbers...]", "only these deliveries")
    .option("--yes", "really delete; without it, count");
  withTarget(withFilter(command, STATES)).action(
    (numbers: readonly string[], options: DiscardOptions) =>
      useTarget(context, options, async ({ options: { database } }) => {
        const { inbox: store } = database;
        const filter = filterOf(options, numbers);
        if (!options.yes) {
          const states = filter.states ?? ["quarantined", "unresolved", "dead"];
          const found = await store.list({ limit: Number.POSITIVE_INFINITY, ...filter, states });
          const message = `${found.length} deliveries would be deleted: repeat with --yes.`;
          throw new CliError("ERR_CLI_USAGE", message);
        }
        const discarded = await store.discard(filter);
        print(context, options, { data: { discarded }, text: () => `${discarded} deleted` });
      }),
  );
}
