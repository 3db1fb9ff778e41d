// A program: a worker that runs until it is told to end.
import { createWorker } from "@jobber-sync/core";
import { createPostgres } from "@jobber-sync/postgres";
import { openBoss, openPool } from "./open-postgres.ts";
import { SILENT } from "./sender.ts";

const [connectionString = "", bossSchema = "", name = ""] = process.argv.slice(2);

const pool = openPool(connectionString, { max: 6 });
const boss = openBoss(connectionString, bossSchema);
await boss.start();
// What a crash interrupts is taken up again when its claim has run out, or when it was overdue for a while: short ones, for the test's time.
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
