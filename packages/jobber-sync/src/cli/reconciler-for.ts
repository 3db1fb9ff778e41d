import type { ReconcileReport, Reconciler } from "@jobber-sync/api";
import { CliError } from "./cli-error.ts";
import type { Target } from "./open-target.ts";

/**
 * Returns the reconciler of a set-up, also where the running backend has switched it off.
 *
 * @throws {CliError} `ERR_CLI_CONFIG` without an app
 */
export function reconcilerFor(target: Target): Reconciler {
  const { app, reconcile } = target.options;
  const { reconciler } = app === undefined ? noApp() : target.sync({ reconcile: reconcile || {} });
  return reconciler ?? noApp();
}

/** Rejects commands that need Jobber's API. @throws {CliError} `ERR_CLI_CONFIG` */
export function noApp(): never {
  throw new CliError(
    "ERR_CLI_CONFIG",
    "This needs a Jobber app: add app to the configuration, or set JOBBER_CLIENT_ID, JOBBER_CLIENT_SECRET and JOBBER_TOKEN_KEY.",
  );
}

/** Describes a report, one line per record type. */
export function describeReport(report: ReconcileReport): string {
  if (!report.ran) return "Another process is reconciling this tenant; nothing was done.";
  return (["clients", "jobs"] as const)
    .map((type) => {
      const { seen, inserted, updated, deleted, revived, unreadable } = report[type];
      const changes = { inserted, updated, deleted, revived, unreadable };
      const parts = Object.entries(changes).map(([name, count]) => `${count} ${name}`);
      return `${type.padEnd(7)}  ${seen} read, ${parts.join(", ")}`;
    })
    .join("\n");
}
