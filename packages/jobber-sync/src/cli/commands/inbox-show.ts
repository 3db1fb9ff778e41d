import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import { printable } from "../cli-io.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import { describeDelivery, sequence } from "../delivery-filter.ts";
import { formatFields } from "../format-table.ts";
import type { TargetOptions } from "../open-target.ts";

interface ShowOptions extends TargetOptions, JsonOption {
  readonly body?: boolean;
}

/** Adds `inbox show`. */
export function addInboxShowCommand(inbox: Command, context: CommandContext): void {
  const command = inbox
    .command("show")
    .description("show one delivery")
    .argument("<number>", "the delivery's number, from inbox list")
    .option("--body", "also its body, which may contain customer data");
  withTarget(command).action((number: string, options: ShowOptions) =>
    useTarget(context, options, async ({ options: { database } }) => {
      const [delivery] = await database.inbox.list({ sequences: [sequence(number)] });
      if (delivery === undefined)
        throw new CliError("ERR_CLI_FAILED", `There is no delivery ${number}.`);
      const bytes = options.body ? await database.inbox.body(delivery.sequence) : undefined;
      const body = bytes === null ? null : bytes && Buffer.from(bytes).toString("utf8");
      const described = describeDelivery(delivery);
      print(context, options, {
        data: { delivery: described, ...(options.body && { body }) },
        text: () =>
          [formatFields(described), ...(body === undefined ? [] : [`\n${shown(body)}`])].join("\n"),
      });
    }),
  );
}

function shown(body: string | null): string {
  return body === null ? "The body was erased." : printable(body);
}
