// A program that a test kills: a receiver that takes deliveries as fast as it can, and says which it has answered 200.
import { writeSync } from "node:fs";
import { createReceiver, signPayload } from "@jobber-sync/core";
import { createPostgres } from "@jobber-sync/postgres";
import { PgBoss } from "pg-boss";
import { openPool } from "../open-postgres.ts";

const [connectionString = "", bossSchema = "", name = "", run = ""] = process.argv.slice(2);
const SECRET = "a client secret that no app has";
const CALLERS = 24;

const pool = openPool(connectionString, { max: 4 });
const boss = new PgBoss({
  connectionString,
  schema: bossSchema,
  migrate: false,
  supervise: false,
  schedule: false,
  max: 1,
});
boss.on("error", () => {});
await boss.start();
const { inbox } = createPostgres({ pool, boss, schema: name, queue: name });
const receiver = createReceiver({ tenants: [{ slug: "acme", secrets: SECRET }], inbox });

let sent = 0;
async function call(): Promise<void> {
  for (;;) {
    sent += 1;
    const id = `${run}-${sent}`;
    const body = new TextEncoder().encode(JSON.stringify({ event: "job.created", data: { id } }));
    const { status } = await receiver.receive({ slug: "acme", signature: signPayload(body, SECRET), body });
    // Not through a stream: what was said must have left this process when it is killed.
    if (status === 200) writeSync(1, `${id}\n`);
  }
}
await Promise.all(Array.from({ length: CALLERS }, call));
