import type { JobberApi } from "@jobber-sync/api";
import { createWorker } from "@jobber-sync/core";
import { createApi, type Settings, startReconciler } from "@jobber-sync-examples/backend";
import type { Database } from "./open-database.ts";

/** The worker of the example and everything that runs with it. */
export interface BackendWorker {
  /** Jobber's API, when the settings name an app. */
  readonly api: JobberApi | undefined;
  start(): void;
  /** Resolves when every delivery that is due has been processed. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Creates the worker, its connection to Jobber, and the reconcile that repairs missed webhooks. */
export function createBackendWorker(
  { inbox, store, tokens, lease, cursors }: Database,
  { api: app, tenants }: Pick<Settings, "api" | "tenants">,
): BackendWorker {
  // Jobber's webhooks contain only ids, so the worker fetches the records from Jobber's API.
  const api = app === null ? undefined : createApi(app, { inbox, tokens, lease });
  const reconciler = api && startReconciler({ api, inbox, store, cursors, lease, tenants });
  const worker = createWorker({
    inbox,
    store,
    source: api,
    tenants,
    // Your code, called after the commit. It can be called again for the same delivery: make it
    // idempotent.
    on: {
      "job.completed": ({ tenant, result }) => {
        for (const { jobberJobId } of result?.jobs ?? [])
          console.log(`handler: job ${jobberJobId} of ${tenant} is completed`);
      },
    },
  });
  return {
    api,
    start: () => worker.start(),
    drain: async () => void (await worker.drain()),
    async stop() {
      await Promise.all([worker.stop(), reconciler?.stop()]);
    },
  };
}
