import { runDeliveriesCommand } from "@jobber-sync-examples/backend";
import { openDatabase } from "./open-database.ts";

// Runs beside the servers, on the same database. A running worker picks up replayed deliveries at
// once.
await runDeliveriesCommand(process.argv.slice(2), async () => {
  const { inbox, name, close } = await openDatabase(process.env, "receiver");
  return { inbox, database: name, close };
});
