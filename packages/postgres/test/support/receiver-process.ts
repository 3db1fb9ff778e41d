// A program that a test kills: a receiver that takes deliveries as fast as it can, and says which it has answered 200.
import { writeSync } from "node:fs";
import { flushCompileCache } from "node:module";
import type { Inbox } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import { PgBoss } from "pg-boss";
import { openPool } from "./open-postgres.ts";
import { createSender, jobCreated } from "./sender.ts";

const [connectionString = "", bossSchema = "", name = "", run = "", mode = ""] =
  process.argv.slice(2);
const CALLERS = 24;
const LATER_MS = 50;

// For the next process: this one does not live to its end.
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
/** What the receivers of others do: the response first, and then what is to be done. */
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
    // Not through a stream: what was said must have left this process when it is killed.
    if (status === 200) writeSync(1, `${id}\n`);
    if (mode === "early") await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
await Promise.all(Array.from({ length: CALLERS }, call));
