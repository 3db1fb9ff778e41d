// A cron route without pg-boss: drains for one time slice, then ends.
import { createWorker } from "@jobber-sync/core";
import { createPostgres } from "@jobber-sync/postgres";
import { openPool } from "./connections.ts";
import { SILENT } from "./sender.ts";

const [connectionString = "", schema = "", sliceMs = "", leaseMs = ""] = process.argv.slice(2);

const pool = openPool(connectionString, { max: 6 });
const { inbox, store } = createPostgres({ pool, schema });
const worker = createWorker({ inbox, store, leaseMs: Number(leaseMs), logger: SILENT });
process.stdout.write("draining\n");
await worker.drain({ maxMs: Number(sliceMs) });
await pool.end();
