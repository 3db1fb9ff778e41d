import { createWorker } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { openBackend, type Target } from "./open-backend.ts";
import { sourceOf } from "./reference-records.ts";

// Runs a worker in its own process. Sends "started" once it listens, ends on the message "stop",
// and kills itself at the point `dieAt` of its first run.

/** Options of the process, as JSON in its first argument. */
export interface WorkerOrder {
  readonly target: Target;
  readonly referenceUrl: string;
  /** The point of the first run at which the process kills itself with SIGKILL. */
  readonly dieAt?: DyingPoint | undefined;
  /** The worker's lease. Milliseconds. @default the worker's default */
  readonly leaseMs?: number | undefined;
}

/** A failure that a hook reported, sent to the parent process. */
export interface WorkerFailure {
  readonly hook: "retried" | "dead";
  readonly code: string;
}

/** A point of a run. */
export type DyingPoint = "claimed" | "fetched" | "in transaction" | "committed" | "handled";

const order = JSON.parse(process.argv[2] ?? "") as WorkerOrder;
const { target, referenceUrl, dieAt, leaseMs } = order;

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
      // Never reset: the response can arrive before the callback for the sent statement runs.
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
  // High enough that the rate limit does not slow the test down.
  fetchesPerSecond: 1_000_000,
  leaseMs,
  // The source never lags, so that one look proves what three would.
  looksMs: [100],
  logger: silentLogger,
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
