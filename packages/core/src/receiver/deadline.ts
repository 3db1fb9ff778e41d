import { JobberSyncError } from "../errors.ts";

/** The time limit of one request, from its headers to its response. */
export class Deadline {
  /** When the request's headers arrived, in ms of `performance.now`. */
  readonly started = performance.now();
  readonly #limitMs: number;
  #abort: AbortController | undefined;
  #passed = false;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return performance.now() - this.started;
  }

  /** Milliseconds left, at least 1. Whole numbers, because Node groups timers by their duration. */
  get remainingMs(): number {
    return Math.max(1, Math.ceil(this.#limitMs - this.elapsedMs));
  }

  /** Aborts when the deadline passes. Created on first use, because most requests need none. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#passed) this.#abort.abort();
    return this.#abort.signal;
  }

  /**
   * Waits for `work` until the deadline. Late work continues in the background and its outcome is
   * dropped.
   *
   * @param late creates the error for late work. @default `ERR_DEADLINE`
   */
  race<T>(work: Promise<T>, late: () => JobberSyncError = tooLate): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#passed = true;
        this.#abort?.abort();
        reject(late());
      }, this.remainingMs);
      work.then(
        (value) => {
          clearTimeout(timer);
          resolve(value);
        },
        (error) => {
          clearTimeout(timer);
          reject(error);
        },
      );
    });
  }
}

function tooLate(): JobberSyncError {
  return new JobberSyncError(
    "ERR_DEADLINE",
    "The delivery could not be stored in time. Send it again.",
  );
}
