import { createBulkheads } from "./bulkheads.ts";
import type { ObjectRef } from "./delivery.ts";
import { objectKey } from "./object-key.ts";
import { createTenantQueues } from "./tenant-queues.ts";

/** Options of {@link createRunScheduler}. */
export interface RunSchedulerOptions {
  /** Slots, shared between tenants as `createBulkheads` describes. */
  readonly concurrency: number;
  /** Starts no further runs once aborted. */
  readonly signal: AbortSignal;
  /**
   * Called when a tenant's waiting objects have all started, if more were offered than are
   * remembered or {@link RunScheduler.expectMore} was called: time to look for its due objects.
   */
  readonly onHungry?: (() => void) | undefined;
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
   * its tenant holds all of its slots: the object is then remembered, so a wake-up for it has
   * served its purpose. Resolves to `false` if the signal aborts first.
   *
   * @param options.first whether to run before the tenant's other waiting objects. @default false
   */
  offer(object: ObjectRef, options?: { readonly first?: boolean | undefined }): Promise<boolean>;
  /** Returns the objects with an active run. */
  running(): readonly ObjectRef[];
  /** Returns the tenants that need no further objects, because some of theirs are waiting. */
  suppliedTenants(): readonly string[];
  /** Notes that a tenant has more due objects, so that `onHungry` is called for it. */
  expectMore(tenant: string): void;
  /** Number of objects that wait for a slot. */
  waiting(): number;
  /** Whether a slot is free for some tenant that does not hold all of its own. */
  hasFreeSlot(): boolean;
  /**
   * Resolves once no run is active and none waits. Returns the objects that may have rows left
   * after the signal aborted: those that were running and those whose remembered run did not start.
   */
  idle(): Promise<readonly ObjectRef[]>;
}

interface Entry {
  readonly object: ObjectRef;
  /** Resolves like `offer`. */
  readonly begun: Promise<boolean>;
  readonly notify: (begun: boolean) => void;
  /** Whether `offer` has resolved to `true`: the object must run, or be returned by `idle`. */
  remembered: boolean;
  running: boolean;
  /** Whether another run must follow. */
  again: boolean;
}

// Rows are the truth and wake-ups a hint: what exceeds this is found by the look that `onHungry`
// requests.
const MAX_REMEMBERED = 256;

/**
 * Creates a scheduler for the runs of one worker. Tenants share the slots as described at
 * `createBulkheads`, and take turns as described at `createTenantQueues`.
 *
 * @param run must not reject
 */
export function createRunScheduler(
  run: (object: ObjectRef) => Promise<void>,
  { concurrency, signal, onHungry, onEnd, now = () => performance.now() }: RunSchedulerOptions,
): RunScheduler {
  const bulkheads = createBulkheads({ concurrency });
  const entries = new Map<string, Entry>();
  const queues = createTenantQueues<Entry>();
  /** Waiting entries whose `offer` is pending. */
  const offered = new Set<Entry>();
  /** Tenants whose offers exceeded what is remembered. */
  const overflowed = new Set<string>();
  const left = new Map<string, ObjectRef>();
  let timer: NodeJS.Timeout | undefined;
  let notifyIdle = () => {};
  signal.addEventListener("abort", end, { once: true });

  return {
    async offer(object, { first = false } = {}) {
      const entry = entries.get(objectKey(object));
      if (entry !== undefined) {
        if (first) queues.promote(object.tenant, entry);
        if (!entry.running) return entry.begun;
        entry.again = true;
        return true;
      }
      if (signal.aborted) return false;
      bulkheads.see(object.tenant, now());
      if (!first && queues.size(object.tenant) >= MAX_REMEMBERED) {
        overflowed.add(object.tenant);
        return true;
      }
      const added = enter(object, first);
      startRuns();
      return added.begun;
    },
    running,
    suppliedTenants: () => [...queues.tenants()],
    expectMore(tenant) {
      if (queues.size(tenant) > 0) overflowed.add(tenant);
      else onHungry?.();
    },
    waiting: () => queues.size(),
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

  function enter(object: ObjectRef, first: boolean): Entry {
    const entry = createEntry(object);
    entries.set(objectKey(object), entry);
    offered.add(entry);
    queues.add(object.tenant, entry, { first });
    return entry;
  }

  function startRuns(): void {
    clearTimeout(timer);
    if (signal.aborted) return;
    const admits = (tenant: string) => bulkheads.admits(tenant, now());
    for (;;) {
      const entry = queues.takeNext({ admits, active: bulkheads.active });
      if (entry === undefined) break;
      start(entry);
      const { tenant } = entry.object;
      if (queues.size(tenant) === 0 && overflowed.delete(tenant)) onHungry?.();
    }
    for (const entry of offered)
      if (bulkheads.isSaturated(entry.object.tenant, now())) remember(entry);
    const agesInMs = queues.size() > 0 ? bulkheads.agesInMs(now()) : null;
    if (agesInMs !== null) timer = setTimeout(startRuns, agesInMs);
  }

  function start(entry: Entry): void {
    remember(entry);
    entry.running = true;
    const slot = bulkheads.start(entry.object.tenant, now());
    void run(entry.object).finally(() => {
      bulkheads.end(slot);
      endRun(entry);
    });
  }

  function endRun({ object, again }: Entry): void {
    entries.delete(objectKey(object));
    if (again && signal.aborted) left.set(objectKey(object), object);
    else if (again) remember(enter(object, false));
    startRuns();
    onEnd?.();
    if (entries.size === 0) notifyIdle();
  }

  function remember(entry: Entry): void {
    entry.remembered = true;
    offered.delete(entry);
    entry.notify(true);
  }

  /** Drops everything that waits, without waiting for active runs. */
  function end(): void {
    clearTimeout(timer);
    for (const object of running()) left.set(objectKey(object), object);
    for (const { object, remembered, notify } of queues.takeAll()) {
      if (remembered) left.set(objectKey(object), object);
      notify(false);
      entries.delete(objectKey(object));
    }
    offered.clear();
    if (entries.size === 0) notifyIdle();
  }
}

function createEntry(object: ObjectRef): Entry {
  let notify: (begun: boolean) => void = () => {};
  const begun = new Promise<boolean>((resolve) => {
    notify = resolve;
  });
  return { object, begun, notify, remembered: false, running: false, again: false };
}
