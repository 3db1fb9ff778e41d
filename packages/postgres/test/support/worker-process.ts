// A worker process that runs until SIGTERM.
import { createWorker } from "@jobber-sync/core";
import { createPostgres } from "@jobber-sync/postgres";
import { openBoss, openPool } from "./connections.ts";
import { SILENT } from "./sender.ts";

const [connectionString = "", bossSchema = "", name = ""] = process.argv.slice(2);

const pool = openPool(connectionString, { max: 6 });
const boss = openBoss(connectionString, bossSchema);
await boss.start();
// Work that a crash interrupts resumes after its claim expires or its row is overdue: short limits
// keep the test short.
const timings = { sweepMs: 1000, overdueMs: 4000 };
const { inbox, store } = createPostgres({
  pool,
  boss,
  schema: name,
  queue: name,
  prepare: true,
  ...timings,
});
const worker = createWorker({ inbox, store, leaseMs: 4000, logger: SILENT });
worker.start();
process.stdout.write("ready\n");
process.once("SIGTERM", async () => {
  await worker.stop();
  await boss.stop({ graceful: false });
  await pool.end();
});
