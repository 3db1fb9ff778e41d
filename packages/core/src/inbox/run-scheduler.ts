import { type BulkheadRun, createBulkheads } from "./bulkheads.ts";
import type { ObjectRef } from "./inbox.ts";
import { objectKey } from "./object-key.ts";

/** Options of {@link createRunScheduler}. */
export interface RunSchedulerOptions {
  /** Slots, shared between tenants as `createBulkheads` describes. */
  readonly concurrency: number;
  /** Starts no further runs once aborted. */
  readonly signal: AbortSignal;
  /** Called after a run has ended and its slot is free. */
  readonly onEnd?: (() => void) | undefined;
  /** A monotonic clock. Milliseconds. @default performance.now */
  readonly now?: (() => number) | undefined;
}

/** Runs objects, fairly between tenants, each object once at a time. */
export interface RunScheduler {
  /**
   * Offers an object that may have rows to process. Offers during a run cause one run after it.
   *
   * Resolves to `true` once the object's run has started, and at once if the object is running or
   * its tenant holds all of its slots: the object is then remembered, so a wake-up for it has served
   * its purpose. Resolves to `false` if the signal aborts first.
   *
   * @param options.first whether to run before the tenant's other waiting objects. @default false
   */
  offer(object: ObjectRef, options?: { readonly first?: boolean | undefined }): Promise<boolean>;
  /** Returns the objects with an active run. */
  running(): readonly ObjectRef[];
  /** Returns the tenants that need no further objects: they have waiting ones or no free slot. */
  suppliedTenants(): readonly string[];
  /** Number of objects that wait for a slot. */
  waiting(): number;
  /** Whether a slot is free for some tenant that does not hold all of its own. */
  hasFreeSlot(): boolean;
  /**
   * Resolves once no run is active and none waits. Returns the objects that may have rows left after
   * the signal aborted: those that were running and those whose remembered run did not start.
   */
  idle(): Promise<readonly ObjectRef[]>;
}

interface Entry {
  readonly object: ObjectRef;
  readonly begun: Promise<boolean>;
  readonly notify: (begun: boolean) => void;
  /** Whether `offer` has resolved to `true`: the object must run, or be returned by `idle`. */
  remembered: boolean;
  running: boolean;
  /** Whether another run must follow. */
  again: boolean;
}

interface TenantQueue {
  readonly entries: Entry[];
  /** Those of `entries` whose `offer` is pending. */
  readonly offered: Set<Entry>;
}

// Rows are the truth and wake-ups a hint: what exceeds this is found by the inbox's next look.
const MAX_REMEMBERED = 1000;
// A tenant that is not among the last so many to start a run is next anyway.
const MAX_LAST_STARTS = 1000;

/**
 * Creates a scheduler for the runs of one worker. Of the tenants that may start a run, the one with
 * the fewest active runs is next, then the one that has waited longest since its last start.
 *
 * @param run must not reject
 */
export function createRunScheduler(
  run: (object: ObjectRef) => Promise<void>,
  { concurrency, signal, onEnd, now = () => performance.now() }: RunSchedulerOptions,
): RunScheduler {
  const bulkheads = createBulkheads({ concurrency });
  const entries = new Map<string, Entry>();
  const queues = new Map<string, TenantQueue>();
  const left = new Map<string, ObjectRef>();
  /** Numbers the starts, so that equally busy tenants take turns. In ascending order. */
  const lastStarts = new Map<string, number>();
  let starts = 0;
  let waiting = 0;
  let timer: NodeJS.Timeout | undefined;
  let notifyIdle = () => {};
  signal.addEventListener("abort", end, { once: true });

  return {
    async offer(object, { first = false } = {}) {
      const key = objectKey(object);
      const entry = entries.get(key);
      if (entry !== undefined) {
        if (!entry.running) return entry.begun;
        entry.again = true;
        return true;
      }
      if (signal.aborted) return false;
      bulkheads.see(object.tenant, now());
      const queue = queues.get(object.tenant);
      if (queue !== undefined && queue.entries.length >= MAX_REMEMBERED) return true;
      const added = enqueue(object, first);
      startRuns();
      return added.begun;
    },
    running,
    suppliedTenants() {
      const at = now();
      const tenants = new Set(queues.keys());
      for (const { object, running } of entries.values())
        if (running && bulkheads.isSaturated(object.tenant, at)) tenants.add(object.tenant);
      return [...tenants];
    },
    waiting: () => waiting,
    hasFreeSlot: () => bulkheads.hasFreeSlot(now()),
    async idle() {
      if (entries.size > 0) {
        await new Promise<void>((resolve) => {
          notifyIdle = resolve;
        });
      }
      signal.removeEventListener("abort", end);
      return [...left.values()];
    },
  };

  function running(): readonly ObjectRef[] {
    return [...entries.values()].filter((entry) => entry.running).map(({ object }) => object);
  }

  function enqueue(object: ObjectRef, first: boolean): Entry {
    let notify: (begun: boolean) => void = () => {};
    const begun = new Promise<boolean>((resolve) => {
      notify = resolve;
    });
    const entry = { object, begun, notify, remembered: false, running: false, again: false };
    entries.set(objectKey(object), entry);
    let queue = queues.get(object.tenant);
    if (queue === undefined) {
      queue = { entries: [], offered: new Set() };
      queues.set(object.tenant, queue);
    }
    if (first) queue.entries.unshift(entry);
    else queue.entries.push(entry);
    queue.offered.add(entry);
    waiting += 1;
    return entry;
  }

  function startRuns(): void {
    clearTimeout(timer);
    timer = undefined;
    for (let tenant = nextTenant(); tenant !== null; tenant = nextTenant()) startNext(tenant);
    if (queues.size === 0) return;
    for (const [tenant, queue] of queues) {
      if (queue.offered.size === 0 || !bulkheads.isSaturated(tenant, now())) continue;
      for (const entry of queue.offered) remember(entry);
    }
    const agesInMs = bulkheads.agesInMs(now());
    if (agesInMs !== null) timer = setTimeout(startRuns, agesInMs);
  }

  function nextTenant(): string | null {
    if (signal.aborted) return null;
    const at = now();
    let next: string | null = null;
    let best: readonly [active: number, lastStart: number] = [0, 0];
    for (const tenant of queues.keys()) {
      if (!bulkheads.admits(tenant, at)) continue;
      const lastStart = lastStarts.get(tenant) ?? 0;
      const active = bulkheads.active(tenant);
      const isBetter = active < best[0] || (active === best[0] && lastStart < best[1]);
      if (next !== null && !isBetter) continue;
      next = tenant;
      best = [active, lastStart];
    }
    return next;
  }

  function startNext(tenant: string): void {
    const queue = queues.get(tenant);
    const entry = queue?.entries.shift();
    if (queue === undefined || entry === undefined) return;
    noteStart(tenant);
    remember(entry);
    if (queue.entries.length === 0) queues.delete(tenant);
    waiting -= 1;
    entry.running = true;
    const slot = bulkheads.start(tenant, now());
    void run(entry.object).finally(() => endRun(entry, slot));
  }

  function noteStart(tenant: string): void {
    starts += 1;
    lastStarts.delete(tenant);
    lastStarts.set(tenant, starts);
    if (lastStarts.size <= MAX_LAST_STARTS) return;
    for (const [oldest] of lastStarts) {
      lastStarts.delete(oldest);
      return;
    }
  }

  function endRun(entry: Entry, slot: BulkheadRun): void {
    bulkheads.end(slot);
    entries.delete(objectKey(entry.object));
    if (entry.again) {
      const follow = enqueue(entry.object, false);
      remember(follow);
      if (signal.aborted) drop(follow);
    }
    startRuns();
    onEnd?.();
    if (entries.size === 0) notifyIdle();
  }

  function remember(entry: Entry): void {
    if (entry.remembered) return;
    entry.remembered = true;
    queues.get(entry.object.tenant)?.offered.delete(entry);
    entry.notify(true);
  }

  /** Drops everything that waits, without waiting for active runs. */
  function end(): void {
    clearTimeout(timer);
    for (const object of running()) left.set(objectKey(object), object);
    for (const { entries: waitingEntries } of queues.values())
      for (const entry of [...waitingEntries]) drop(entry);
    queues.clear();
    if (entries.size === 0) notifyIdle();
  }

  function drop(entry: Entry): void {
    const { object } = entry;
    if (entry.remembered) left.set(objectKey(object), object);
    entry.notify(false);
    entries.delete(objectKey(object));
    waiting -= 1;
    queues.delete(object.tenant);
  }
}
