// One of several processes that claim deliveries from one file: `work-with-others.ts <path>`.
// Prints each claim and ends when every delivery is done.
import process from "node:process";
import { setTimeout as after } from "node:timers/promises";
import { openSqlite } from "@jobber-sync/sqlite";
import { untilFree } from "./until-free.ts";

const [path = ""] = process.argv.slice(2);
const { inbox, close } = openSqlite(path, { pollMs: 20 });
const stop = new AbortController();

const listening = inbox.listen(
  async (object) => {
    const claim = await untilFree(() => inbox.claim(object, { leaseMs: 20_000, now: Date.now() }));
    if (claim === null) return;
    await after(1);
    console.log(JSON.stringify(claim.deliveries.map(({ sequence }) => sequence)));
    await untilFree(() =>
      inbox.settle(
        claim,
        claim.deliveries.map(({ sequence }) => ({ sequence, state: "done" })),
      ),
    );
    const open = await inbox.list({ states: ["waiting", "claimed"], limit: 1 });
    if (open.length === 0) stop.abort();
  },
  {
    concurrency: 4,
    signal: stop.signal,
    onError(error) {
      throw error;
    },
  },
);
// Another process may have claimed the last delivery.
while (!stop.signal.aborted) {
  const open = await inbox.list({ states: ["waiting", "claimed"], limit: 1 });
  if (open.length === 0) stop.abort();
  else await after(20);
}
await listening;
await close();
