import { endWith, readSettings, runUntilSignal } from "@jobber-sync-examples/backend";
import { createBackendWorker } from "./create-backend-worker.ts";
import { openDatabase } from "./open-database.ts";

// Runs the worker alone: it turns deliveries into records. Run any number of them, on any number of
// machines.
try {
  const settings = readSettings(process.env);
  const database = await openDatabase(process.env, "worker");
  const worker = createBackendWorker(database, settings);
  worker.start();
  runUntilSignal({
    async stop() {
      await worker.stop();
      await database.close();
    },
  });
  console.log(`Worker: running, database ${database.name}\nPress Ctrl-C to stop.`);
} catch (error) {
  endWith(error);
}
