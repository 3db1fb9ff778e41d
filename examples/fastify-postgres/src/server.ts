import type { RunningBackend, Settings } from "@jobber-sync-examples/backend";
import { createApp } from "./create-app.ts";
import { createSync } from "./create-sync.ts";
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
  return serve(settings, database, { processing: true });
}

/**
 * Serves webhooks and records until stopped. Closes the database when the server cannot start.
 *
 * @param options.processing whether this process turns deliveries into records, too
 */
export async function serve(
  settings: Settings,
  database: Database,
  { processing }: { readonly processing: boolean },
): Promise<RunningBackend> {
  const sync = createSync(database, settings);
  const app = createApp(sync, settings);
  const stop = async () => void (await Promise.all([app.close(), sync.stop()]));
  try {
    const url = await app.listen(settings);
    if (processing) await sync.start();
    return { sync, url, database: database.name, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
