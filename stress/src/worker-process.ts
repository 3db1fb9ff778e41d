import { createWorker } from "@jobber-sync/core";
import { openBackend, type Target } from "./open-backend.ts";
import { sourceOf } from "./reference-records.ts";

// A worker in a process of its own. Says "started" when it listens; ends when told to stop. Dies at one point of its first run when told to.

/** What the process is told, as JSON in its first argument. */
export interface WorkerOrder {
  readonly target: Target;
  readonly referenceUrl: string;
  /** Where to die, by SIGKILL, in the first run. */
  readonly dieAt?: DyingPoint;
}

/** A hook's word on a delivery that failed, as the process passes it on. */
export interface WorkerFailure {
  readonly hook: "retried" | "dead";
  readonly code: string;
}

/** The points between which a worker's run is cut. */
export type DyingPoint = "claimed" | "fetched" | "in transaction" | "committed" | "handled";

const silent = { info() {}, warn() {}, error() {} };
const order = JSON.parse(process.argv[2] ?? "") as WorkerOrder;
const { target, referenceUrl, dieAt } = order;

function die(at: DyingPoint): void {
  if (dieAt === at) process.kill(process.pid, "SIGKILL");
}

function report(hook: WorkerFailure["hook"], code: string): void {
  process.send?.({ hook, code } satisfies WorkerFailure);
}

let applying = false;
const { store, inbox, close } = await openBackend(
  target,
  dieAt === "in transaction" ? { onCommit: () => applying && die("in transaction") } : {},
);
const source = sourceOf(referenceUrl);
const worker = createWorker({
  inbox: {
    ...inbox,
    async claim(...parameters) {
      const claim = await inbox.claim(...parameters);
      if (claim !== null) die("claimed");
      return claim;
    },
    async settle(...parameters) {
      die("handled");
      return inbox.settle(...parameters);
    },
  },
  store: {
    nextSequence: () => store.nextSequence(),
    async apply(change) {
      // For good: the server may have answered before the watcher of the statement has its turn.
      applying = true;
      const result = await store.apply(change);
      die("committed");
      return result;
    },
  },
  source: {
    async fetch(...parameters) {
      const found = await source.fetch(...parameters);
      die("fetched");
      return found;
    },
  },
  // The campaigns measure what is lost, not Jobber's patience.
  fetchesPerSecond: 1_000_000,
  logger: silent,
  hooks: {
    retried: ({ code }) => report("retried", code),
    dead: ({ code }) => report("dead", code),
  },
});
worker.start();
process.send?.("started");
process.once("message", async () => {
  await worker.stop();
  await close();
  process.exit(0);
});
process.once("disconnect", () => process.exit(0));
