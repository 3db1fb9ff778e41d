import { type RunningBackend, type Settings, urlOfServer } from "@jobber-sync-examples/backend";
import { createApp } from "./create-app.ts";
import { openDatabase } from "./open-database.ts";

/** Starts the program that faces Jobber: it writes deliveries down and responses. Any number may run, on any number of machines. */
export async function startReceiver({ port, host, tenants }: Settings): Promise<RunningBackend> {
  const { store, inbox, name, close } = await openDatabase(process.env, "receiver");
  try {
    const app = createApp({ tenants, inbox, store });
    await app.listen({ port, host });
    return {
      // Records are fetched by the other program, and the work is its as well.
      api: undefined,
      drain: async () => {},
      url: urlOfServer(app.server),
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
