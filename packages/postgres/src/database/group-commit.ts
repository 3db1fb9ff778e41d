import { JobberSyncError } from "@jobber-sync/core";
import { isAboutValues } from "./store-error.ts";

/** Options for {@link createGroupCommit}. */
export interface GroupCommitOptions<I, R> {
  /** Writes all items durably, or none. Returns one result per item, in order. */
  readonly write: (items: readonly I[]) => Promise<readonly R[]>;
  readonly maxItems: number;
  /** Size of an item in bytes, counted towards `maxBytes`. @default 0 */
  readonly weigh?: (item: I) => number;
  /** @default Infinity */
  readonly maxBytes?: number;
  /** Batches in flight at once. */
  readonly lanes: number;
  /**
   * Keys that an item writes to. Items that share a key are never written at the same time: neither
   * in one batch, nor by two lanes, of which one would wait for the other's row locks.
   *
   * @default none
   */
  readonly keysOf?: (item: I) => readonly string[];
  /** Time limit of a caller. Milliseconds. @default none */
  readonly timeoutMs?: number;
  /** @default groups share batches whatever happens */
  readonly isolation?: IsolationOptions<I>;
}

/** Which items leave the shared batches when one of their group blocks them, and for how long. */
export interface IsolationOptions<I> {
  readonly groupOf: (item: I) => string;
  /** Whether a batch failed because one of its items was blocked. */
  readonly isBlocked: (error: unknown) => boolean;
  readonly durationMs: number;
}

interface Waiting<I, R> {
  readonly item: I;
  readonly resolve: (result: R) => void;
  readonly reject: (error: unknown) => void;
}

/** A group whose items are written one by one, on a connection of their own. */
interface IsolatedGroup<I, R> {
  readonly queue: Set<Waiting<I, R>>;
  /** By `performance.now()`. */
  until: number;
  busy: boolean;
}

/** Below this number of items a second connection costs more than it saves. */
const MIN_SHARE = 16;
/** Isolated groups written at once, beside the lanes. */
const ISOLATED_LANES = 2;

/**
 * Creates a function that writes items in batches: items that arrive while all lanes are busy form
 * the next batch. Each call resolves once its own batch is durable. A batch rejected because of a
 * value is retried item by item, so that one bad item does not fail the others.
 *
 * With `isolation`, a batch that is blocked is retried group by group. The group that is blocked
 * then too is isolated for a while: its items are written one by one beside the lanes, so that they
 * block only each other.
 *
 * @returns a function that writes one item. It rejects with `ERR_STORE_BUSY` after the time limit:
 * an item still queued is then never written, one in flight may or may not have been
 */
export function createGroupCommit<I, R>(
  options: GroupCommitOptions<I, R>,
): (item: I) => Promise<R> {
  const { keysOf = () => [], weigh = () => 0, maxBytes = Number.POSITIVE_INFINITY } = options;
  const { isolation } = options;
  /** In order of arrival. */
  const queue = new Set<Waiting<I, R>>();
  const isolated = new Map<string, IsolatedGroup<I, R>>();
  /** Keys of the batches in flight. */
  const keysInFlight = new Set<string>();
  let busyLanes = 0;
  let busyIsolatedLanes = 0;
  let scheduled = false;

  return (item) =>
    new Promise<R>((resolve, reject) => {
      const waiting =
        options.timeoutMs === undefined
          ? { item, resolve, reject }
          : bounded({ item, resolve, reject }, options.timeoutMs);
      queueOf(waiting).add(waiting);
      schedule();
    });

  /** Removes an item from the queue at its time limit, which also frees its bytes. */
  function bounded({ item, resolve, reject }: Waiting<I, R>, timeoutMs: number): Waiting<I, R> {
    const timer = setTimeout(() => {
      queue.delete(waiting);
      for (const group of isolated.values()) group.queue.delete(waiting);
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

  function queueOf({ item }: Waiting<I, R>): Set<Waiting<I, R>> {
    if (isolation === undefined || isolated.size === 0) return queue;
    const name = isolation.groupOf(item);
    const group = isolated.get(name);
    if (group === undefined) return queue;
    if (performance.now() < group.until || group.queue.size > 0) return group.queue;
    if (!group.busy) isolated.delete(name);
    return queue;
  }

  /** Defers to the end of this event loop turn, so that requests read in one turn share a batch. */
  function schedule(): void {
    if (scheduled || (busyLanes >= options.lanes && isolated.size === 0)) return;
    scheduled = true;
    setImmediate(() => {
      scheduled = false;
      while (busyLanes < options.lanes && queue.size > 0) {
        const batch = take();
        // Everything queued writes to keys in flight.
        if (batch.length === 0) break;
        const keys = batch.flatMap(({ item }) => keysOf(item));
        for (const key of keys) keysInFlight.add(key);
        busyLanes += 1;
        void writeBatch(batch).finally(() => {
          busyLanes -= 1;
          for (const key of keys) keysInFlight.delete(key);
          if (queue.size > 0 || isolated.size > 0) schedule();
        });
      }
      for (const group of isolated.values()) startIsolated(group);
    });
  }

  function startIsolated(group: IsolatedGroup<I, R>): void {
    const [waiting] = group.queue;
    if (waiting === undefined || group.busy || busyIsolatedLanes >= ISOLATED_LANES) return;
    group.queue.delete(waiting);
    group.busy = true;
    busyIsolatedLanes += 1;
    void writeBatch([waiting]).finally(() => {
      group.busy = false;
      busyIsolatedLanes -= 1;
      schedule();
    });
  }

  /**
   * Removes the oldest items that fit into one batch, at most this lane's share of the queue. An
   * item that does not fit stays queued, and later items with the same key do not overtake it.
   */
  function take(): readonly Waiting<I, R>[] {
    const batch: Waiting<I, R>[] = [];
    const keys = new Set(keysInFlight);
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
      if (isolation?.isBlocked(error) === true) return separate(batch, error, isolation);
      if (batch.length > 1 && isAboutValues(error)) {
        for (const waiting of batch) await writeBatch([waiting]);
        return;
      }
      for (const waiting of batch) waiting.reject(error);
    }
  }

  /** Retries a blocked batch group by group, or isolates the only group in it. */
  async function separate(
    batch: readonly Waiting<I, R>[],
    error: unknown,
    { groupOf, durationMs }: IsolationOptions<I>,
  ): Promise<void> {
    const groups = new Map<string, Waiting<I, R>[]>();
    for (const waiting of batch) {
      const name = groupOf(waiting.item);
      groups.set(name, [...(groups.get(name) ?? []), waiting]);
    }
    if (groups.size > 1) {
      for (const group of groups.values()) await writeBatch(group);
      return;
    }
    for (const [name, items] of groups) {
      const group = isolated.get(name) ?? { queue: new Set(), until: 0, busy: false };
      group.until = performance.now() + durationMs;
      isolated.set(name, group);
      for (const waiting of queue) {
        if (groupOf(waiting.item) !== name) continue;
        queue.delete(waiting);
        group.queue.add(waiting);
      }
      if (items.length === 1) for (const waiting of items) waiting.reject(error);
      else for (const waiting of items) group.queue.add(waiting);
    }
    schedule();
  }
}

function tookTooLong(timeoutMs: number): JobberSyncError {
  return new JobberSyncError("ERR_STORE_BUSY", "The database did not store the delivery in time.", {
    cause: new Error(`timeout after ${timeoutMs} ms`),
  });
}
