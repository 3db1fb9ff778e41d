import { JobberSyncError } from "@jobber-sync/core";
import { isAboutValues } from "../internal/store-error.ts";

/** How items are written together. */
export interface GroupCommitOptions<I, R> {
  /** Writes all of them durably, or none; gives one result each, in their order. */
  readonly write: (items: readonly I[]) => Promise<readonly R[]>;
  /** Bytes that an item weighs: what is together in one statement is bounded. */
  readonly weigh: (item: I) => number;
  readonly maxItems: number;
  readonly maxBytes: number;
  /** Batches on their way at one time. */
  readonly lanes: number;
  /** How long a caller waits. Milliseconds. */
  readonly timeoutMs: number;
}

interface Waiting<I, R> {
  readonly item: I;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
  /** The caller was told that it took too long. */
  gone: boolean;
}

/**
 * Writes what arrives together in one go: items that come while the lanes are busy form the next batch. Each caller is answered when its
 * own batch is durable. A batch that fails for what is in it is repeated one by one, so that no item fails for its neighbour.
 *
 * @returns writes one item; rejects with `ERR_STORE_BUSY` after the timeout, when it may or may not have been written
 */
export function createGroupCommit<I, R>(options: GroupCommitOptions<I, R>): (item: I) => Promise<R> {
  const queue: Waiting<I, R>[] = [];
  let busyLanes = 0;
  let scheduled = false;

  return (item) =>
    new Promise<R>((resolve, reject) => {
      const waiting: Waiting<I, R> = {
        item,
        gone: false,
        resolve: (result) => {
          clearTimeout(timer);
          resolve(result);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      const timer = setTimeout(() => {
        waiting.gone = true;
        reject(
          new JobberSyncError("ERR_STORE_BUSY", "The database did not take the delivery in time.", {
            cause: new Error(`timeout after ${options.timeoutMs} ms`),
          }),
        );
      }, options.timeoutMs);
      queue.push(waiting);
      schedule();
    });

  /** At the end of this turn of the event loop, so that requests which came in together are written together. */
  function schedule(): void {
    if (scheduled || busyLanes >= options.lanes) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (busyLanes < options.lanes) {
        const batch = take();
        if (batch.length === 0) return;
        busyLanes += 1;
        void writeBatch(batch).finally(() => {
          busyLanes -= 1;
          if (queue.length > 0) schedule();
        });
      }
    });
  }

  function take(): readonly Waiting<I, R>[] {
    const batch: Waiting<I, R>[] = [];
    let bytes = 0;
    while (queue.length > 0 && batch.length < options.maxItems) {
      const next = queue[0];
      if (next === undefined) break;
      const weight = next.gone ? 0 : options.weigh(next.item);
      if (batch.length > 0 && bytes + weight > options.maxBytes) break;
      queue.shift();
      // Its caller has said 503 already: writing it now would only be more work for a store that is behind.
      if (next.gone) continue;
      bytes += weight;
      batch.push(next);
    }
    return batch;
  }

  async function writeBatch(batch: readonly Waiting<I, R>[]): Promise<void> {
    try {
      const results = await options.write(batch.map(({ item }) => item));
      for (const [index, waiting] of batch.entries()) waiting.resolve(results[index] as R);
    } catch (error) {
      if (batch.length > 1 && isAboutValues(error)) {
        for (const waiting of batch) await writeBatch([waiting]);
        return;
      }
      for (const waiting of batch) waiting.reject(error);
    }
  }
}
