import { isJobberSyncError } from "@jobber-sync/core";
import type { Command } from "commander";
import type { JobberSync } from "jobber-sync";
import { tenantsOf } from "../choose-tenant.ts";
import { CliError, EXIT } from "../cli-error.ts";
import { type CliIo, printable, type Style, styled } from "../cli-io.ts";
import { type CommandContext, type JsonOption, print, withTarget } from "../command-context.ts";
import { databaseResults } from "../doctor/check-database.ts";
import type { CheckResult } from "../doctor/doctor-check.ts";
import { runDoctor } from "../doctor/run-doctor.ts";
import { openTarget, type Target, type TargetOptions } from "../open-target.ts";

interface DoctorOptions extends TargetOptions, JsonOption {
  readonly url?: string;
}

const MARKS = { ok: ["green", "ok"], problem: ["red", "PROBLEM"], skipped: ["dim", "-"] } as const;

/** Adds `doctor`. */
export function addDoctorCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("doctor")
    .description("check secret, clock, database, API version, connections, scopes and endpoint")
    .option("--url <url>", "the public webhook URL, to probe it");
  withTarget(command).action(async (options: DoctorOptions) => {
    const results = await examine(context.io, options);
    const problems = results.filter(({ status }) => status === "problem").length;
    if (problems > 0) context.exitWith(EXIT.failed);
    print(context, options, {
      data: { problems, results },
      text: () =>
        [...results.map((result) => line(context.io, result)), summary(problems)].join("\n"),
    });
  });
}

async function examine(io: CliIo, options: DoctorOptions): Promise<readonly CheckResult[]> {
  let target: Target;
  try {
    target = await openTarget(io, options);
  } catch (error) {
    if (isJobberSyncError(error)) return databaseResults(error);
    throw error;
  }
  try {
    if (!options.json) io.err(`database ${target.where}`);
    const { signal } = io;
    const sync = syncOf(target);
    const tenants = await tenantsOf(target).catch(() => []);
    const { url } = options;
    const { options: examined } = target;
    return await runDoctor({
      options: examined,
      tenants,
      sync,
      url,
      now: examined.now ?? Date.now,
      signal,
    });
  } finally {
    await target.close();
  }
}

/** Returns the backend's parts; `null` for options that the checks of secret and key reject. */
function syncOf(target: Target): JobberSync | null {
  try {
    return target.sync({ reconcile: false });
  } catch (error) {
    if (error instanceof CliError) return null;
    throw error;
  }
}

function line(io: CliIo, { check, status, message }: CheckResult): string {
  const [style, mark]: readonly [Style, string] = MARKS[status];
  return `${styled(io, style, mark.padEnd(8))} ${check.padEnd(15)} ${printable(message)}`;
}

function summary(problems: number): string {
  return problems === 0 ? "\nno problem found" : `\n${problems} to fix`;
}
