import type { JobberApi } from "@jobber-sync/api";

/** A backend that is up. */
export interface RunningBackend {
  /** Where it listens, without a trailing slash. */
  readonly url: string;
  /** Where its database is, when that is not the file of the settings. */
  readonly database?: string;
  /** Its connection to Jobber's API, if it has one. */
  readonly api?: JobberApi | undefined;
  /** Resolves when every delivery that was accepted is worked off. */
  drain(): Promise<void>;
  /** Stops accepting, finishes what was begun, closes the database. */
  stop(): Promise<void>;
}

// npm and the shell may each hand on the one signal that somebody sent.
const SAME_SIGNAL_MS = 1000;

/**
 * Stops a backend, or a worker, on SIGTERM and SIGINT. The process then ends by itself, with status 0: an exit by force could cut off what
 * is being written. Whoever signals again, a while later, does not want to wait.
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
        console.error("could not stop cleanly:", error);
        process.exitCode = 1;
      },
    );
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
}
