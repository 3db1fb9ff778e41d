import { endWith, readSettings, runUntilSignal } from "@jobber-sync-examples/backend";
import { createSync } from "./create-sync.ts";
import { openDatabase } from "./open-database.ts";

// Runs the worker alone: it turns deliveries into records. Run any number of them, on any number of
// machines.
try {
  const settings = readSettings(process.env);
  const database = await openDatabase(process.env, "worker");
  const sync = createSync(database, settings);
  await sync.start();
  runUntilSignal(sync);
  console.log(`Worker: running, database ${database.name}\nPress Ctrl-C to stop.`);
} catch (error) {
  endWith(error);
}
