import type { ReconcileProgress } from "@jobber-sync/api";
import type { Command } from "commander";
import { chooseTenant } from "../choose-tenant.ts";
import type { CliIo } from "../cli-io.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import type { TargetOptions } from "../open-target.ts";
import { describeReport, reconcilerFor } from "../reconciler-for.ts";

interface BackfillOptions extends TargetOptions, JsonOption {
  readonly tenant?: string;
}

const BAR_WIDTH = 30;
const LINE_EVERY_MS = 5000;

/** Adds `backfill`. */
export function addBackfillCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("backfill")
    .description("import every client and job of a tenant; continues where an earlier one stopped")
    .option("--tenant <slug>", "the tenant (default: the only one)");
  withTarget(command).action((options: BackfillOptions) =>
    useTarget(context, options, async (target) => {
      const tenant = await chooseTenant(target, options.tenant);
      const { io } = context;
      const onProgress = options.json ? undefined : createProgress(io);
      const reconciler = reconcilerFor(target);
      const { signal } = io;
      const report = await reconciler.reconcile(tenant, { full: true, onProgress, signal });
      io.progress?.("");
      print(context, options, { data: { tenant, report }, text: () => describeReport(report) });
    }),
  );
}

/** Creates the listener that draws the bar on a terminal, or prints a line now and then. */
function createProgress(io: CliIo): (progress: ReconcileProgress) => void {
  let printedAt = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const text = describeProgress(progress);
    if (io.progress !== null) return io.progress(text);
    if (performance.now() - printedAt < LINE_EVERY_MS) return;
    printedAt = performance.now();
    io.err(text);
  };
}

/** Describes progress in one line: a bar where the total is known, the count, the rate. */
function describeProgress(progress: ReconcileProgress): string {
  const { type, done, total, rate, secondsLeft } = progress;
  const share = total === null || total === 0 ? null : Math.min(1, done / total);
  const filled = Math.round((share ?? 0) * BAR_WIDTH);
  const bar = share === null ? "" : `[${"#".repeat(filled)}${"-".repeat(BAR_WIDTH - filled)}] `;
  const count = total === null ? String(done) : `${done} of about ${total}`;
  const left = secondsLeft === null ? "" : `, about ${secondsLeft} s left`;
  return `${type}s ${bar}${count}, ${rate.toFixed(0)}/s${left}`;
}
