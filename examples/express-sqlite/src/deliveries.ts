import { openSqlite } from "@jobber-sync/sqlite";
import { runDeliveriesCommand } from "@jobber-sync-examples/backend";

// A second process on the same file as the server: a running worker takes up what is replayed here.
await runDeliveriesCommand(process.argv.slice(2), ({ database }) => openSqlite(database));
