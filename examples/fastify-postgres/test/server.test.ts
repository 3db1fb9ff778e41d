import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { exampleContract } from "@jobber-sync-examples/backend/contract";
import { afterAll } from "vitest";
import { openDatabase } from "../src/open-database.ts";
import { removeShared } from "./support/remove-shared.ts";

const folder = mkdtempSync(join(tmpdir(), "jobber-sync-example-pg-"));
// Registered first, so that it runs last: the server ends when nobody is connected any more.
afterAll(() => removeShared(folder), 60_000);

exampleContract({
  start: new URL("../src/start.ts", import.meta.url),
  deliveries: new URL("../src/deliveries.ts", import.meta.url),
  open: (env) => openDatabase(env, "worker"),
  env: { JOBBER_SYNC_PGDATA: folder, DATABASE_URL: "" },
});
