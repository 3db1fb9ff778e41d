import { readSettings } from "@jobber-sync-examples/backend";
import { createBackendWorker } from "./create-backend-worker.ts";
import { openDatabase } from "./open-database.ts";

// The program behind the receivers: turns deliveries into records. Any number may run, on any number of machines.
try {
  const settings = readSettings(process.env);
  const database = await openDatabase(process.env, "worker");
  const worker = createBackendWorker(database, settings);
  worker.start();
  console.log(`Worker: running, database ${database.name}\nCtrl-C stops it.`);

  let stopping = false;
  const stop = async (signal: string) => {
    // npm and the shell may each hand on the one signal that somebody sent.
    if (stopping) return;
    stopping = true;
    console.log(`${signal}: stopping`);
    await worker.stop();
    await database.close();
    console.log("stopped");
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
