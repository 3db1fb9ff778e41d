import type { Command } from "commander";
import { CliError } from "../cli-error.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import type { TargetOptions } from "../open-target.ts";

interface EraseOptions extends TargetOptions, JsonOption {
  readonly tenant: string;
  readonly client?: string;
  readonly yes?: boolean;
}

/** Adds `erase`: removes the personal data of a client, or of a whole tenant. */
export function addEraseCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("erase")
    .description("remove the personal data of a client or a tenant; ids and tombstones stay")
    .requiredOption("--tenant <slug>", "the tenant")
    .option("--client <id>", "only this client, by Jobber's id; delete it in Jobber first")
    .option("--yes", "really erase: it cannot be undone");
  withTarget(command).action((options: EraseOptions) =>
    useTarget(context, options, async (target) => {
      const { tenant, client, yes } = options;
      const what = client === undefined ? `the tenant ${tenant}` : `the client ${client}`;
      if (!yes) throw new CliError("ERR_CLI_USAGE", `${what} would be erased: repeat with --yes.`);
      const sync = target.sync();
      const report =
        client === undefined
          ? await sync.eraseTenant(tenant)
          : await sync.eraseContact(tenant, client);
      print(context, options, {
        data: { tenant, client: client ?? null, report },
        text: () =>
          Object.entries(report)
            .map(([name, count]) => `${count} ${name}`)
            .join(", "),
      });
    }),
  );
}
