import { createReconciler, type Reconciler } from "@jobber-sync/api";
import type { Command } from "commander";
import { chooseTenant } from "../choose-tenant.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import { dryRunDatabase } from "../dry-run-database.ts";
import { QUIET_LOGGER, type Target, type TargetOptions } from "../open-target.ts";
import { describeReport, noApp, reconcilerFor } from "../reconciler-for.ts";

interface ReconcileCommandOptions extends TargetOptions, JsonOption {
  readonly tenant?: string;
  readonly full?: boolean;
  readonly dryRun?: boolean;
}

/** Adds `reconcile`. */
export function addReconcileCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("reconcile")
    .description("compare a tenant's records with Jobber's and repair the differences")
    .option("--tenant <slug>", "the tenant (default: the only one)")
    .option("--full", "read everything and look for deletes, not only what changed")
    .option("--dry-run", "report the differences and write nothing");
  withTarget(command).action((options: ReconcileCommandOptions) =>
    useTarget(context, options, async (target) => {
      const tenant = await chooseTenant(target, options.tenant);
      const { dryRun = false, full = false } = options;
      const reconciler = dryRun ? dryRunReconciler(target) : reconcilerFor(target);
      const { signal } = context.io;
      const report = await reconciler.reconcile(tenant, { full, signal });
      print(context, options, {
        data: { tenant, dryRun, report },
        text: () => `${describeReport(report)}${dryRun ? "\ndry run: nothing was written" : ""}`,
      });
    }),
  );
}

function dryRunReconciler(target: Target): Reconciler {
  const { database, reconcile } = target.options;
  const { api } = target.sync();
  const { store, cursors, lease } = dryRunDatabase(database);
  return createReconciler({
    ...(reconcile || {}),
    api: api ?? noApp(),
    store,
    cursors,
    lease,
    logger: QUIET_LOGGER,
    // The second look at missing records protects against writing too early.
    sleep: async () => {},
  });
}
