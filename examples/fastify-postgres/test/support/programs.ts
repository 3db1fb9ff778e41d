import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { openDatabase } from "../../src/open-database.ts";
import { removeShared } from "./remove-shared.ts";

/**
 * Returns the programs of this example with a PostgreSQL server of their own, removed after the
 * tests of the file.
 */
export function programsOnOwnServer() {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-example-pg-"));
  // vitest runs afterAll hooks in reverse order: this one runs last, once no program uses the
  // server any more.
  afterAll(() => removeShared(folder), 60_000);
  return {
    start: new URL("../../src/start.ts", import.meta.url),
    deliveries: new URL("../../src/deliveries.ts", import.meta.url),
    open: (env: NodeJS.ProcessEnv) => openDatabase(env, "worker"),
    env: { JOBBER_SYNC_PGDATA: folder, DATABASE_URL: "" },
  };
}
