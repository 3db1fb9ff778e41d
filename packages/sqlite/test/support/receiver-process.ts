// A receiver that a test kills: accepts deliveries as fast as it can and prints each one it has
// acknowledged. Without a path it only loads. `receiver-process.ts [<path> <run>
// [early|disturbed]]`
import { writeSync } from "node:fs";
import process from "node:process";
import { setTimeout as after } from "node:timers/promises";
import { createReceiver, isJobberSyncError, signPayload } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { disturbLocks } from "./disturb-locks.ts";

const SECRET = "a client secret that no app has";
const CALLERS = 16;
/** Longer than the kill takes after a response was printed. */
const LATE_MS = 30;
const RETRY_MS = 10;
const SILENT = { info() {}, warn() {}, error() {} };
const [path, run = "", mode] = process.argv.slice(2);
if (path !== undefined) await receiveUntilKilled(path);

async function receiveUntilKilled(file: string): Promise<void> {
  const { store, inbox } = openSqlite(file, { logger: SILENT });
  if (mode === "disturbed") disturbLocks(file);
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    logger: SILENT,
    inbox: mode === "early" ? respondingEarly(inbox) : inbox,
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
      const sequence = await untilStored(() => store.nextSequence());
      print(`sequence ${sequence}`);
      const job = {
        tenant: "acme",
        jobberJobId: id,
        mode: "replace",
        fields: { title: id },
      } as const;
      const jobs = [{ ...job, sourceUpdatedAt: null, sequence }];
      await untilStored(() => store.apply({ contacts: [], jobs, submissions: [] }));
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

/** Repeats a write that fails because the database was opened again. */
async function untilStored<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isJobberSyncError(error) || !error.retryable) throw error;
      await after(RETRY_MS);
    }
  }
}

/**
 * Prints synchronously, so that no output is lost in a kill. The semicolon distinguishes a whole
 * line from one that was cut off.
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
