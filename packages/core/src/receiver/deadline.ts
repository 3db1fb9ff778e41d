import { JobberSyncError } from "../errors.ts";

/** The time limit of one request, from its headers to its response. */
export class Deadline {
  /** When the request's headers arrived, in ms of `performance.now`. */
  readonly started = performance.now();
  readonly #limitMs: number;
  #abort: AbortController | undefined;
  #passed = false;
  #listener: (() => void) | null = null;

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
   * Sets the function to call when the deadline passes, instead of an earlier one: the steps of a
   * request wait one after the other. `null` removes it.
   */
  onPass(listener: (() => void) | null): void {
    this.#listener = listener;
    // Work that is ready in this turn of the event loop still wins.
    if (this.#passed && listener !== null) setTimeout(() => this.#call(listener), 1);
  }

  /** Called once, when the time is up. */
  pass(): void {
    this.#passed = true;
    this.#abort?.abort();
    const listener = this.#listener;
    if (listener !== null) this.#call(listener);
  }

  /**
   * Waits for `work` until the deadline. Late work continues in the background and its outcome is
   * dropped.
   *
   * @param late creates the error for late work. @default `ERR_DEADLINE`
   */
  race<T>(work: Promise<T>, late: () => JobberSyncError = tooLate): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const onPass = () => reject(late());
      this.onPass(onPass);
      work.then(
        (value) => {
          this.#remove(onPass);
          resolve(value);
        },
        (error) => {
          this.#remove(onPass);
          reject(error);
        },
      );
    });
  }

  #call(listener: () => void): void {
    if (this.#listener !== listener) return;
    this.#listener = null;
    listener();
  }

  #remove(listener: () => void): void {
    if (this.#listener === listener) this.#listener = null;
  }
}

function tooLate(): JobberSyncError {
  return new JobberSyncError(
    "ERR_DEADLINE",
    "The delivery could not be stored in time. Send it again.",
  );
}
