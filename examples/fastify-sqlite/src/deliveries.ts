import { openSqlite } from "@jobber-sync/sqlite";
import { runDeliveriesCommand } from "@jobber-sync-examples/backend";

// Runs beside the server, on the same file. A running worker picks up replayed deliveries at once.
await runDeliveriesCommand(process.argv.slice(2), ({ database }) => openSqlite(database));
