import { runDeliveriesCommand } from "@jobber-sync-examples/backend";
import { openDatabase } from "./open-database.ts";

// One more process on the same database: a running worker, wherever it is, takes up what is replayed here.
await runDeliveriesCommand(process.argv.slice(2), async () => {
  const { inbox, name, close } = await openDatabase(process.env, "receiver");
  return { inbox, database: name, close };
});
