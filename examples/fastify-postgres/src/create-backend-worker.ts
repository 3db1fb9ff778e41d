import type { JobberApi } from "@jobber-sync/api";
import { createWorker } from "@jobber-sync/core";
import { createApi, reconcileRegularly, type Settings } from "@jobber-sync-examples/backend";
import type { Database } from "./open-database.ts";

/** What turns deliveries into records. */
export interface BackendWorker {
  /** The connection to Jobber's API, if there is one. */
  readonly api: JobberApi | undefined;
  start(): void;
  /** Works off what is due. */
  drain(): Promise<void>;
  stop(): Promise<void>;
}

/** Makes the worker and what belongs to it: the connection to Jobber, and the reconcile that repairs missed webhooks. */
export function createBackendWorker(
  { inbox, store, tokens, lease, cursors }: Database,
  { api: app, tenants }: Pick<Settings, "api" | "tenants">,
): BackendWorker {
  // Jobber's own webhooks name a record and carry nothing of it: it is read from the API.
  const api = app === null ? undefined : createApi(app, { inbox, tokens, lease });
  const reconciling = api && reconcileRegularly({ api, inbox, store, cursors, lease, tenants });
  const worker = createWorker({
    inbox,
    store,
    source: api,
    tenants,
    // Your own code, after the commit. It may be called again for the same delivery: make it idempotent.
    on: {
      "job.completed": ({ tenant, result }) => {
        for (const { jobberJobId } of result?.jobs ?? [])
          console.log(`    (${tenant}: job ${jobberJobId} is completed)`);
      },
    },
  });
  return {
    api,
    start: () => worker.start(),
    drain: async () => void (await worker.drain()),
    async stop() {
      await Promise.all([worker.stop(), reconciling?.stop()]);
    },
  };
}
