import type { RunningBackend, Settings } from "@jobber-sync-examples/backend";
import { openDatabase } from "./open-database.ts";
import { serve } from "./server.ts";

/**
 * Starts the receiver alone: it stores deliveries and responds. The worker, which is another
 * program, processes them. Run any number of receivers, on any number of machines.
 */
export async function startReceiver(settings: Settings): Promise<RunningBackend> {
  return serve(settings, await openDatabase(process.env, "receiver"), { processing: false });
}
