import type { Command } from "commander";
import type { CommandContext } from "../command-context.ts";
import { addInboxDiscardCommand } from "./inbox-discard.ts";
import { addInboxExportCommand } from "./inbox-export.ts";
import { addInboxListCommand } from "./inbox-list.ts";
import { addInboxReplayCommands } from "./inbox-replay.ts";
import { addInboxShowCommand } from "./inbox-show.ts";

/** Adds `inbox` and its commands. */
export function addInboxCommands(program: Command, context: CommandContext): void {
  const inbox = program.command("inbox").description("look into received deliveries, repair them");
  addInboxListCommand(inbox, context);
  addInboxShowCommand(inbox, context);
  addInboxReplayCommands(inbox, context);
  addInboxDiscardCommand(inbox, context);
  addInboxExportCommand(inbox, context);
}
