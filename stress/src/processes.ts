import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { WorkerFailure, WorkerOrder } from "./worker-process.ts";

/** A worker in its own process. */
export interface WorkerProcess {
  /** Resolves when the process has ended, by itself or by a signal. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>;
  /** Failures that its hooks reported. */
  readonly failures: readonly WorkerFailure[];
  stop(): Promise<void>;
}

/** Starts a worker process and resolves once the worker listens. */
export async function startWorker(order: WorkerOrder): Promise<WorkerProcess> {
  const script = fileURLToPath(new URL("worker-process.ts", import.meta.url));
  const child: ChildProcess = fork(script, [JSON.stringify(order)], {
    execArgv: ["--conditions=jobber-sync-source"],
  });
  const failures: WorkerFailure[] = [];
  const ended = once(child, "exit").then(([code, signal]) => ({ code, signal }));
  const started = new Promise<true>((resolve) => {
    child.on("message", (message) => {
      if (message === "started") resolve(true);
      else failures.push(message as WorkerFailure);
    });
  });
  const first = await Promise.race([started, ended]);
  // A process with dieAt can die before it sends its first message.
  if (first !== true && order.dieAt === undefined)
    throw new Error(`a worker process ended with ${first.code ?? first.signal} before it listened`);
  return {
    ended,
    failures,
    async stop() {
      if (child.connected) child.send("stop");
      await ended;
    },
  };
}
