import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { WorkerOrder } from "./worker-process.ts";

/** A worker in a process of its own. */
export interface WorkerProcess {
  /** Resolves when it has ended, by itself or by a signal. */
  readonly ended: Promise<NodeJS.Signals | null>;
  /** Codes of the deliveries that it gave up. */
  readonly dead: readonly string[];
  stop(): Promise<void>;
}

/** Starts a worker process; resolves when it takes work. */
export async function startWorker(order: WorkerOrder): Promise<WorkerProcess> {
  const script = fileURLToPath(new URL("worker-process.ts", import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(order)], {
    execArgv: ["--conditions=jobber-sync-source"],
  });
  const dead: string[] = [];
  const ended = once(child, "exit").then(([, signal]) => signal as NodeJS.Signals | null);
  const started = new Promise<void>((resolve) => {
    child.on("message", (message) => {
      if (message === "started") resolve();
      else dead.push((message as { readonly dead: string }).dead);
    });
  });
  // A process that is told to die may do so before it says anything.
  await Promise.race([started, ended]);
  return {
    ended,
    dead,
    async stop() {
      if (child.connected) child.send("stop");
      await ended;
    },
  };
}
