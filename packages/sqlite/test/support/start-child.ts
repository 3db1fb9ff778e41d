import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A child process. */
export interface Child {
  readonly process: ChildProcess;
  /** The lines printed so far. */
  readonly lines: readonly string[];
  /** Resolves when the process has printed `count` lines or has ended. */
  printed(count: number): Promise<void>;
  /** Resolves with all lines when the process has ended. */
  readonly ended: Promise<{
    readonly code: number | null;
    readonly signal: string | null;
    readonly lines: readonly string[];
  }>;
}

/**
 * A module that ends a process together with its parent: a killed test run leaves no process
 * behind.
 */
export const END_WITH_PARENT =
  "data:text/javascript,process.stdin.resume().on('end', () => process.exit()).unref()";

/** Starts a file with arguments, on the sources of the packages. */
export function startChild(file: URL, args: readonly string[]): Child {
  const child = spawn(
    process.execPath,
    [
      "--conditions=jobber-sync-source",
      `--import=${END_WITH_PARENT}`,
      "--disable-warning=ExperimentalWarning",
      fileURLToPath(file),
      ...args,
    ],
    { stdio: ["pipe", "pipe", "inherit"] },
  );
  const lines: string[] = [];
  let onLine = () => {};
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => {
    lines.push(line);
    onLine();
  });
  // "close" follows the last output, also after a kill.
  const drained = new Promise<void>((resolve) => reader.once("close", resolve));
  const closed = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal })),
  );
  const ended = Promise.all([closed, drained]).then(([how]) => ({ ...how, lines }));
  return {
    process: child,
    lines,
    ended,
    printed(count) {
      const enough = new Promise<void>((resolve) => {
        onLine = () => {
          if (lines.length >= count) resolve();
        };
        onLine();
      });
      return Promise.race([enough, ended.then(() => {})]);
    },
  };
}
