import { type Command, InvalidArgumentError } from "commander";
import type { CliIo } from "./cli-io.ts";
import { openTarget, type Target, type TargetOptions } from "./open-target.ts";

/** Arguments of every command: its surroundings, and where to put its exit code. */
export interface CommandContext {
  readonly io: CliIo;
  /** Sets an exit code other than 0, for a negative result. */
  exitWith(code: number): void;
}

/** The option of every command. */
export interface JsonOption {
  readonly json?: boolean | undefined;
}

/** Adds `--json`. */
export function withJson(command: Command): Command {
  return command.option("--json", "print the result as JSON");
}

/** Adds the options that select a database, and `--json`. */
export function withTarget(command: Command): Command {
  return withJson(
    command
      .option("--config <file>", "the options of createJobberSync (default: jobber-sync.config.ts)")
      .option("--database <file or URL>", "a SQLite file or a PostgreSQL URL"),
  );
}

/** Opens the target, names it to people, runs the command, and closes the target. */
export async function useTarget(
  { io }: CommandContext,
  options: TargetOptions & JsonOption,
  run: (target: Target) => Promise<void>,
): Promise<void> {
  const target = await openTarget(io, options);
  try {
    if (!options.json) io.err(`database ${target.where}`);
    await run(target);
  } finally {
    await target.close();
  }
}

/** Prints a result: as one JSON document with `--json`, else as text. */
export function print(
  { io }: CommandContext,
  { json }: JsonOption,
  { data, text }: { readonly data: unknown; readonly text: () => string },
): void {
  io.out(json ? JSON.stringify(data) : text());
}

/** Parses a whole number of at least 1, for commander. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= 1 && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("It must be a whole number of at least 1.");
}

/** Collects the values of an option that may be repeated, for commander. */
export function collect(value: string, earlier: readonly string[] = []): readonly string[] {
  return [...earlier, value];
}
