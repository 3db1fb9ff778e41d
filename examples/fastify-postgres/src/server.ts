import type { RunningBackend, Settings } from "@jobber-sync-examples/backend";
import { createApp } from "./create-app.ts";
import { createBackendWorker } from "./create-backend-worker.ts";
import { type Database, openDatabase } from "./open-database.ts";

/**
 * Starts receiver and worker in one process, for a single machine and for trying the example.
 * `receiver.ts` and `worker.ts` run them as two programs.
 */
export async function startServer(
  settings: Settings,
  open: () => Promise<Database> = () => openDatabase(process.env, "worker"),
): Promise<RunningBackend> {
  const database = await open();
  try {
    return await serve(settings, database);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function serve(settings: Settings, database: Database): Promise<RunningBackend> {
  const { tenants, port, host } = settings;
  const app = createApp({ tenants, inbox: database.inbox, store: database.store });
  const worker = createBackendWorker(database, settings);
  const url = await app.listen({ port, host });
  worker.start();
  return {
    api: worker.api,
    url,
    database: database.name,
    drain: () => worker.drain(),
    async stop() {
      await Promise.all([worker.stop(), app.close()]);
      await database.close();
    },
  };
}
