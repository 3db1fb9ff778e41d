import type { ChangeFilter, ChangeInfo, ChangeState } from "@jobber-sync/core";
import { type Command, Option } from "commander";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  wholeNumber,
  withTarget,
} from "../command-context.ts";
import { objectRef, sequence } from "../delivery-filter.ts";
import { formatTable } from "../format-table.ts";
import type { TargetOptions } from "../open-target.ts";

interface ChangesOptions extends TargetOptions, JsonOption {
  readonly tenant?: string;
  readonly state?: readonly ChangeState[];
  readonly object?: readonly [type: string, id: string];
  readonly limit?: number;
  readonly initial?: boolean;
}

const STATES = ["waiting", "dead", "done"] as const satisfies readonly ChangeState[];

/** Adds `changes list` and `changes replay`: the feed behind the `changes` handlers. */
export function addChangesCommands(program: Command, context: CommandContext): void {
  const changes = program
    .command("changes")
    .description("look into changes of records, repair them");
  const list = changes.command("list").description("list changes that are not done, oldest first");
  withTarget(withFilter(list)).action((options: ChangesOptions) =>
    useTarget(context, options, async ({ options: { database } }) => {
      const states = options.state ?? (["waiting", "dead"] as const);
      const found = await database.changes.list({ ...filterOf(options), states });
      print(context, options, { data: { changes: found }, text: () => table(found) });
    }),
  );
  const replay = changes
    .command("replay")
    .description("hand changes to their handlers again: dead ones, or those with --state done")
    .argument("[numbers...]", "only these changes");
  withTarget(withFilter(replay)).action((numbers: readonly string[], options: ChangesOptions) =>
    useTarget(context, options, async ({ options: { database } }) => {
      const sequences = numbers.length === 0 ? undefined : numbers.map(sequence);
      const filter = { ...filterOf(options), states: options.state, sequences };
      const requeued = await database.changes.replay(filter);
      print(context, options, {
        data: { requeued },
        text: () => `${requeued} requeued; a running worker hands them to your handlers`,
      });
    }),
  );
}

function withFilter(command: Command): Command {
  return command
    .option("--tenant <slug>", "only this tenant's")
    .addOption(new Option("--state <state...>", "only in these states").choices(STATES))
    .option("--object <type:id>", "only of this record, such as job:Z2lkOi8v…", objectRef)
    .option("--limit <number>", "at most so many, oldest first", wholeNumber);
}

function filterOf({ tenant, object, limit }: ChangesOptions): ChangeFilter {
  const [objectType, objectId] = object ?? [];
  return { tenant, objectType: objectType as "job" | "client" | undefined, objectId, limit };
}

function table(changes: readonly ChangeInfo[]): string {
  if (changes.length === 0) return "none";
  return formatTable(
    {
      number: ({ sequence: number }) => number,
      state: ({ state }) => state,
      reason: ({ reason }) => reason,
      tenant: ({ tenant }) => tenant,
      record: ({ objectType, objectId }) => `${objectType}:${objectId}`,
      cause: ({ cause }) => cause,
      committed: ({ at }) => new Date(at).toISOString(),
      tries: ({ attempts }) => attempts,
    },
    changes,
  );
}
