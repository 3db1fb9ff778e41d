import type { JobberSync } from "jobber-sync";

/** A running backend. */
export interface RunningBackend {
  /** The address it listens on, without a trailing slash. */
  readonly url: string;
  /** The database, to show to the operator. @default the file named in the settings */
  readonly database?: string;
  readonly sync: JobberSync;
  /**
   * Stops server and sync at the same time, lets requests and runs finish, and closes the database.
   */
  stop(): Promise<void>;
}

// A single Ctrl-C can arrive twice: from the terminal and from npm.
const SAME_SIGNAL_MS = 1000;

/**
 * Stops a backend or a worker on SIGTERM and SIGINT. The process then ends by itself with status 0,
 * because `process.exit` could cut off a write. A second signal, a second or more later, exits at
 * once.
 */
export function runUntilSignal(backend: Pick<RunningBackend, "stop">): void {
  let stoppingSince: number | undefined;
  const stop = (signal: NodeJS.Signals) => {
    if (stoppingSince !== undefined) {
      if (performance.now() - stoppingSince > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingSince = performance.now();
    console.log(`${signal}: stopping`);
    backend.stop().then(
      () => console.log("stopped"),
      (error: unknown) => {
        console.error("stopping failed:", error);
        process.exitCode = 1;
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
