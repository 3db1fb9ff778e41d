import { JobberSyncError } from "../errors.ts";

/** What is left of the one clock of a request. */
export class Deadline {
  readonly #remainingMs: number;
  #abort: AbortController | undefined;
  #passed = false;

  constructor(remainingMs: number) {
    this.#remainingMs = remainingMs;
  }

  /** Aborted when the deadline passes. Made when somebody asks: most requests are answered without. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.#passed) this.#abort.abort();
    return this.#abort.signal;
  }

  /** @throws {JobberSyncError} `ERR_DEADLINE` when it has passed: nothing is begun for a sender that was answered already */
  check(): void {
    if (this.#passed) throw tooLate();
  }

  /** @throws {JobberSyncError} `ERR_DEADLINE` when `work` has not settled in time; it goes on, and its outcome is dropped */
  hold<T>(work: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#passed = true;
        this.#abort?.abort();
        reject(tooLate());
      }, this.#remainingMs);
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
