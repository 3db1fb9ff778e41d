import { consoleHooks, type Settings } from "@jobber-sync-examples/backend";
import { createJobberSync, type JobberSync, type SyncDatabase } from "jobber-sync";

/**
 * Creates the sync of the example. The receiver program never starts it: accepting deliveries needs
 * no worker.
 */
export function createSync(
  database: SyncDatabase,
  { app, tenants }: Pick<Settings, "app" | "tenants">,
): JobberSync {
  return createJobberSync({
    database,
    app,
    tenants,
    hooks: consoleHooks(),
    // Your code, called after the commit. It can be called again for the same delivery: make it
    // idempotent.
    on: {
      "job.completed": ({ tenant, job }) =>
        console.log(`handler: job ${job.jobberJobId} of ${tenant} is completed`),
    },
  });
}
