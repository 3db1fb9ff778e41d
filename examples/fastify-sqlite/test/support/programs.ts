import { openSqlite } from "@jobber-sync/sqlite";

/** The programs of this example, for the example contracts. */
export const PROGRAMS = {
  start: new URL("../../src/start.ts", import.meta.url),
  deliveries: new URL("../../src/deliveries.ts", import.meta.url),
  open: ({ JOBBER_SYNC_DB = "" }: NodeJS.ProcessEnv) => openSqlite(JOBBER_SYNC_DB),
};
