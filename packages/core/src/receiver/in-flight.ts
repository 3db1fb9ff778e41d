import { JobberSyncError } from "../errors.ts";
import type { ByteBudget } from "../http/body-reader.ts";
import type { Deadline } from "./deadline.ts";

/**
 * Limits how many deliveries are with the store at the same time. Further deliveries queue in order
 * of arrival until their deadline.
 */
export class InFlight {
  readonly #max: number;
  readonly #budget: ByteBudget;
  readonly #queue = new Set<() => void>();
  #running = 0;

  /** @param budget counts the bodies of queued deliveries */
  constructor(max: number, budget: ByteBudget) {
    this.#max = max;
    this.#budget = budget;
  }

  /**
   * Runs `work` as soon as fewer than the maximum are running, and returns its outcome if it is
   * ready before the deadline. Late work keeps its place until it ends.
   *
   * @throws {JobberSyncError} `ERR_OVERLOADED` if the deadline passes in the queue or the queue is
   * full
   */
  run<T>(work: () => Promise<T>, bytes: number, deadline: Deadline): Promise<T> {
    if (this.#running >= this.#max)
      return this.#enqueue(bytes, deadline).then(() => this.#start(work, deadline));
    this.#running += 1;
    return this.#start(work, deadline);
  }

  #start<T>(work: () => Promise<T>, deadline: Deadline): Promise<T> {
    let running: Promise<T>;
    try {
      running = work();
    } catch (error) {
      this.#leave();
      throw error;
    }
    running.then(this.#leave, this.#leave);
    return deadline.race(running);
  }

  async #enqueue(bytes: number, deadline: Deadline): Promise<void> {
    let entered = false;
    let enter = () => {};
    const turn = new Promise<void>((resolve) => {
      enter = () => {
        entered = true;
        resolve();
      };
    });
    this.#budget.take(bytes);
    this.#queue.add(enter);
    try {
      await deadline.race(turn, overloaded);
    } catch (error) {
      if (entered) this.#leave();
      throw error;
    } finally {
      this.#budget.release(bytes);
      this.#queue.delete(enter);
    }
  }

  /** Passes the place on, so that a new delivery cannot overtake the queue. */
  readonly #leave = (): void => {
    const [next] = this.#queue;
    if (next === undefined) this.#running -= 1;
    else {
      this.#queue.delete(next);
      next();
    }
  };
}

function overloaded(): JobberSyncError {
  return new JobberSyncError(
    "ERR_OVERLOADED",
    "Too many deliveries are being stored at the moment. Send it again.",
  );
}
