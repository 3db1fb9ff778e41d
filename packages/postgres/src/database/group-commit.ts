import { JobberSyncError } from "@jobber-sync/core";
import { isAboutValues } from "./store-error.ts";

/** How items are written together. */
export interface GroupCommitOptions<I, R> {
  /** Writes all of them durably, or none; gives one result each, in their order. */
  readonly write: (items: readonly I[]) => Promise<readonly R[]>;
  readonly maxItems: number;
  /** Bytes that an item weighs: what is together in one statement is bounded. @default 0 */
  readonly weigh?: (item: I) => number;
  /** @default Infinity */
  readonly maxBytes?: number;
  /** Batches on their way at one time. */
  readonly lanes: number;
  /** What an item writes to. Two items with a key in common never share a batch. @default nothing that another could write to */
  readonly keysOf?: (item: I) => readonly string[];
  /** How long a caller waits. Milliseconds. @default as long as the write takes */
  readonly timeoutMs?: number;
}

interface Waiting<I, R> {
  readonly item: I;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** Fewer items than this are not worth another connection's commit. */
const MIN_SHARE = 16;

/**
 * Writes what arrives together in one go: items that come while the lanes are busy form the next batch. Each caller is answered when its
 * own batch is durable. A batch that fails for what is in it is repeated one by one, so that no item fails for its neighbour.
 *
 * @returns writes one item; rejects with `ERR_STORE_BUSY` after the timeout. What was not begun then never is; the rest may or may not have
 * been written
 */
export function createGroupCommit<I, R>(
  options: GroupCommitOptions<I, R>,
): (item: I) => Promise<R> {
  const { keysOf = () => [], weigh = () => 0, maxBytes = Number.POSITIVE_INFINITY } = options;
  /** In the order of their coming. */
  const queue = new Set<Waiting<I, R>>();
  let busyLanes = 0;
  let scheduled = false;

  return (item) =>
    new Promise<R>((resolve, reject) => {
      const waiting =
        options.timeoutMs === undefined
          ? { item, resolve, reject }
          : bounded({ item, resolve, reject }, options.timeoutMs);
      queue.add(waiting);
      schedule();
    });

  /** Whoever has waited too long leaves at once: nobody wants the item written any more, and its bytes are free. */
  function bounded({ item, resolve, reject }: Waiting<I, R>, timeoutMs: number): Waiting<I, R> {
    const timer = setTimeout(() => {
      queue.delete(waiting);
      reject(tookTooLong(timeoutMs));
    }, timeoutMs);
    const waiting = {
      item,
      resolve(result: R) {
        clearTimeout(timer);
        resolve(result);
      },
      reject(error: unknown) {
        clearTimeout(timer);
        reject(error);
      },
    };
    return waiting;
  }

  /** At the end of this turn of the event loop, so that requests which came in together are written together. */
  function schedule(): void {
    if (scheduled || busyLanes >= options.lanes) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (busyLanes < options.lanes && queue.size > 0) {
        const batch = take();
        busyLanes += 1;
        void writeBatch(batch).finally(() => {
          busyLanes -= 1;
          if (queue.size > 0) schedule();
        });
      }
    });
  }

  /**
   * The oldest items that fit together, and no more than this lane's share of what the free lanes have to write. One that does not fit
   * stays, and nothing that writes to the same key overtakes it.
   */
  function take(): readonly Waiting<I, R>[] {
    const batch: Waiting<I, R>[] = [];
    const keys = new Set<string>();
    const share = Math.max(MIN_SHARE, Math.ceil(queue.size / (options.lanes - busyLanes)));
    const most = Math.min(share, options.maxItems);
    let bytes = 0;
    for (const waiting of queue) {
      const weight = weigh(waiting.item);
      if (batch.length === most || (batch.length > 0 && bytes + weight > maxBytes)) break;
      const own = keysOf(waiting.item);
      if (!own.some((key) => keys.has(key))) {
        batch.push(waiting);
        queue.delete(waiting);
        bytes += weight;
      }
      for (const key of own) keys.add(key);
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

function tookTooLong(timeoutMs: number): JobberSyncError {
  return new JobberSyncError("ERR_STORE_BUSY", "The database did not take the delivery in time.", {
    cause: new Error(`timeout after ${timeoutMs} ms`),
  });
}
