// A receiver that a test kills: accepts deliveries as fast as it can and prints each one it has
// acknowledged. Without a path it only loads. `receiver-process.ts [<path> <run> [early]]`
import { writeSync } from "node:fs";
import process from "node:process";
import { setTimeout as after } from "node:timers/promises";
import { createReceiver, signPayload } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";

const SECRET = "a client secret that no app has";
const CALLERS = 16;
/** Longer than the kill takes after a response was printed. */
const LATE_MS = 30;
const RETRY_MS = 10;
const [path, run = "", early] = process.argv.slice(2);
if (path !== undefined) await receiveUntilKilled(path);

async function receiveUntilKilled(file: string): Promise<void> {
  const { store, inbox } = openSqlite(file);
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    inbox: early === undefined ? inbox : respondingEarly(inbox),
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
        // The disk stalled for 800 ms. The pause lets other callers run.
        await after(RETRY_MS);
        continue;
      }
      if (status !== 200) throw new Error(`status ${status}`);
      print(`delivery ${id}`);
      // The writes of a worker.
      const sequence = await store.nextSequence();
      print(`sequence ${sequence}`);
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
      print(`job ${id}`);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
}

/** Breaks an inbox: it responds first and stores later. The test must detect that. */
function respondingEarly(inbox: Inbox): Inbox {
  return {
    ...inbox,
    async accept(delivery) {
      setTimeout(() => void inbox.accept(delivery), LATE_MS);
      return { sequence: 0, outcome: "accepted" };
    },
  };
}

/**
 * Prints synchronously, so that no output is lost in a kill. The semicolon distinguishes a whole line
 * from one that was cut off.
 */
function print(line: string): void {
  let left = Buffer.from(`${line};\n`);
  while (left.length > 0) {
    try {
      left = left.subarray(writeSync(1, left));
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EAGAIN")) throw error;
      // The pipe is full.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
