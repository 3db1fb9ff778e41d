// A receiver's writes, to be killed in the middle of them: `ingest.ts <path> <run> [early]`. Prints a line for each that was acknowledged.
import { writeSync } from "node:fs";
import process from "node:process";
import { openSqlite } from "@jobber-sync/sqlite";
import { sampleDelivery } from "../sample-delivery.ts";

const CALLERS = 16;
const [path = "", run = "", early] = process.argv.slice(2);
const { store, inbox } = openSqlite(path);

/** At once, so that a kill does not take with it what was acknowledged. The semicolon tells a whole line from one that was cut off. */
function acknowledge(line: string): void {
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

await Promise.all(
  Array.from({ length: CALLERS }, async (_, caller) => {
    for (let count = 0; ; count += 1) {
      const key = `${run}-${caller}-${count}`;
      const storing = inbox.accept(sampleDelivery(key, { deliveryKey: key }));
      // What is wrong with a receiver that answers first and stores then; the test must see it.
      if (early !== undefined) acknowledge(`delivery ${key}`);
      const { sequence } = await storing;
      if (early === undefined) acknowledge(`delivery ${key}`);
      await store.apply({
        contacts: [],
        jobs: [
          {
            clientSlug: "acme",
            jobberJobId: key,
            mode: "replace",
            fields: { title: key },
            sourceUpdatedAt: null,
            sequence,
          },
        ],
        submissions: [],
      });
      acknowledge(`job ${key}`);
      acknowledge(`sequence ${await store.nextSequence()}`);
    }
  }),
);
