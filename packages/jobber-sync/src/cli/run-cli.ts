import { isJobberSyncError } from "@jobber-sync/core";
import { Command, CommanderError } from "commander";
import { CliError, EXIT } from "./cli-error.ts";
import { type CliIo, printable, styled } from "./cli-io.ts";
import type { CommandContext } from "./command-context.ts";
import { addBackfillCommand } from "./commands/backfill.ts";
import { addChangesCommands } from "./commands/changes.ts";
import { addConnectCommand } from "./commands/connect.ts";
import { addDevCommand } from "./commands/dev.ts";
import { addDoctorCommand } from "./commands/doctor.ts";
import { addEraseCommand } from "./commands/erase.ts";
import { addInboxCommands } from "./commands/inbox.ts";
import { addReconcileCommand } from "./commands/reconcile.ts";
import { addRecordsCommands } from "./commands/records.ts";
import { addSendCommand } from "./commands/send.ts";
import { addSignCommand } from "./commands/sign.ts";
import { addTenantsCommand } from "./commands/tenants.ts";
import { addTriggerCommand } from "./commands/trigger.ts";
import { addVerifyCommand } from "./commands/verify.ts";

const AFTER_HELP = `
Exit codes: 0 success, 1 failure or negative result, 2 wrong use.
Start without an account and offline: jobber-sync dev, then in another terminal
jobber-sync trigger JOB_UPDATE --set title="Hedge trimming" --job 1042`;

/** Runs one command line and returns its exit code. Never rejects. */
export async function runCli(args: readonly string[], io: CliIo): Promise<number> {
  let exitCode: number = EXIT.ok;
  const context: CommandContext = {
    io,
    exitWith(code) {
      exitCode = code;
    },
  };
  try {
    await createProgram(context).parseAsync([...args], { from: "user" });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT.ok;
    const { code, message, exit } = describe(error);
    const json = args.includes("--json");
    const label = styled(io, "red", "error");
    io.err(json ? JSON.stringify({ error: { code, message } }) : `${label} ${code}: ${message}`);
    return exit;
  }
}

function createProgram(context: CommandContext): Command {
  const { io } = context;
  const program = new Command("jobber-sync")
    .description("Receive Jobber webhooks, look into the inbox, reconcile, and try it all offline.")
    .addHelpText("after", AFTER_HELP)
    .showSuggestionAfterError(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text.trimEnd()),
      // Errors are written by runCli, in one line.
      writeErr: () => {},
      getOutHasColors: () => io.color,
    });
  addDevCommand(program, context);
  addTriggerCommand(program, context);
  addSendCommand(program, context);
  addSignCommand(program, context);
  addVerifyCommand(program, context);
  addInboxCommands(program, context);
  addChangesCommands(program, context);
  addRecordsCommands(program, context);
  addReconcileCommand(program, context);
  addBackfillCommand(program, context);
  addTenantsCommand(program, context);
  addConnectCommand(program, context);
  addDoctorCommand(program, context);
  addEraseCommand(program, context);
  return program;
}

function describe(error: unknown): {
  readonly code: string;
  readonly message: string;
  readonly exit: number;
} {
  if (error instanceof CliError) return of(error.code, error.message, error.exitCode);
  if (isJobberSyncError(error)) return of(error.code, error.message, EXIT.failed);
  if (error instanceof CommanderError)
    return of("ERR_CLI_USAGE", error.message.replace(/^error: /, ""), EXIT.usage);
  return of("ERR_CLI_FAILED", error instanceof Error ? error.message : String(error), EXIT.failed);
}

function of(code: string, message: string, exit: number) {
  return { code, message: printable(message.replaceAll(/\s*\n\s*/g, " ")), exit };
}
