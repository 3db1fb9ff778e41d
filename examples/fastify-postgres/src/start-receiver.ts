import type { RunningBackend, Settings } from "@jobber-sync-examples/backend";
import { createApp } from "./create-app.ts";
import { openDatabase } from "./open-database.ts";

/**
 * Starts the receiver alone: it stores deliveries and responds. Run any number of them, on any
 * number of machines.
 */
export async function startReceiver({ port, host, tenants }: Settings): Promise<RunningBackend> {
  const { store, inbox, name, close } = await openDatabase(process.env, "receiver");
  try {
    const app = createApp({ tenants, inbox, store });
    const url = await app.listen({ port, host });
    return {
      // The worker, which is another program, fetches records and processes deliveries.
      api: undefined,
      drain: async () => {},
      url,
      database: name,
      async stop() {
        await app.close();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
