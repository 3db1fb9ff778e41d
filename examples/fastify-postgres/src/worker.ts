import { endWith, readSettings, runUntilSignal } from "@jobber-sync-examples/backend";
import { createBackendWorker } from "./create-backend-worker.ts";
import { openDatabase } from "./open-database.ts";

// The program behind the receivers: turns deliveries into records. Any number may run, on any number of machines.
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
  console.log(`Worker: running, database ${database.name}\nCtrl-C stops it.`);
} catch (error) {
  endWith(error);
}
