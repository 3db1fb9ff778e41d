// A program that a test kills: a receiver that takes deliveries as fast as it can, and prints which it has answered 200. Without a path it
// only loads. `receiver.ts [<path> <run> [early]]`
import { writeSync } from "node:fs";
import process from "node:process";
import { setTimeout as after } from "node:timers/promises";
import { createReceiver, signPayload } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";

const SECRET = "a client secret that no app has";
const CALLERS = 16;
/** Longer than it takes to be killed after an response was printed. */
const LATE_MS = 30;
const RETRY_MS = 10;
const [path, run = "", early] = process.argv.slice(2);
if (path !== undefined) await receiveForEver(path);

async function receiveForEver(file: string): Promise<void> {
  const { store, inbox } = openSqlite(file);
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    inbox: early === undefined ? inbox : answeringFirst(inbox),
  });
  const call = async (caller: number) => {
    for (let count = 0; ; count += 1) {
      const id = `${run}-${caller}-${count}`;
      const body = new TextEncoder().encode(JSON.stringify({ event: "job.created", data: { id } }));
      const { status } = await receiver.receive({
        tenant: "acme",
        signature: signPayload(body, SECRET),
        body,
      });
      if (status === 503) {
        // A disk that stalls for 800 ms. Not at once again, for that would give way to nothing.
        await after(RETRY_MS);
        continue;
      }
      if (status !== 200) throw new Error(`answered ${status}`);
      say(`delivery ${id}`);
      // What workers do meanwhile.
      const sequence = await store.nextSequence();
      say(`sequence ${sequence}`);
      const job = {
        tenant: "acme",
        jobberJobId: id,
        mode: "replace",
        fields: { title: id },
      } as const;
      await store.apply({
        contacts: [],
        jobs: [{ ...job, sourceUpdatedAt: null, sequence }],
        submissions: [],
      });
      say(`job ${id}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
}

/** What is wrong with a receiver that answers first and stores then; the test must see it. */
function answeringFirst(inbox: Inbox): Inbox {
  return {
    ...inbox,
    async accept(delivery) {
      setTimeout(() => void inbox.accept(delivery), LATE_MS);
      return { sequence: 0, outcome: "accepted" };
    },
  };
}

/** At once, so that a kill does not take with it what was said. The semicolon tells a whole line from one that was cut off. */
function say(line: string): void {
  let left = Buffer.from(`${line};\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      // The pipe is full: whoever reads it is slower than we are.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
