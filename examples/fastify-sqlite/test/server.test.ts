import { openSqlite } from "@jobber-sync/sqlite";
import { exampleContract } from "@jobber-sync-examples/backend/contract";

exampleContract({
  start: new URL("../src/start.ts", import.meta.url),
  deliveries: new URL("../src/deliveries.ts", import.meta.url),
  open: ({ JOBBER_SYNC_DB = "" }) => openSqlite(JOBBER_SYNC_DB),
});
