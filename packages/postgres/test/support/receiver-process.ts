// A receiver process that a test kills. It accepts deliveries continuously and prints the
// acknowledged ids.
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import type { Inbox } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import { PgBoss } from "pg-boss";
import { openPool } from "./connections.ts";
import { createSender, jobCreated } from "./sender.ts";

const [connectionString = "", bossSchema = "", name = "", run = "", mode = ""] =
  process.argv.slice(2);
const CALLERS = 24;
const LATER_MS = 50;

// Saved now, for the next process: this one is killed.
flushCompileCache();

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
/** An inbox that resolves before it stores, a common mistake in receivers. */
const early: Pick<Inbox, "accept"> = {
  async accept(delivery) {
    setTimeout(() => inbox.accept(delivery).catch(() => {}), LATER_MS);
    return { sequence: 0, outcome: "accepted" };
  },
};
const send = createSender(mode === "early" ? { ...inbox, ...early } : inbox);

let sent = 0;
async function call(): Promise<void> {
  for (;;) {
    sent += 1;
    const id = `${run}-${sent}`;
    const { status } = await send(jobCreated(id));
    // Synchronous: a stream would lose buffered ids when the process is killed.
    if (status === 200) writeSync(1, `${id}\n`);
    if (mode === "early") await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
await Promise.all(Array.from({ length: CALLERS }, call));
