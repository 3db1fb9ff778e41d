/** Settings of {@link createBulkheads}. */
export interface BulkheadOptions {
  /** Slots of the worker. */
  readonly concurrency: number;
}

/** An active run. */
export interface BulkheadRun {
  readonly tenant: string;
  /** When the run started, by the clock of the calls. Milliseconds. */
  readonly startedAt: number;
}

/** The slots of one worker, shared between tenants. `now` is the caller's monotonic clock. */
export interface Bulkheads {
  /** Notes that a tenant has work: the others then leave it half of the slots. */
  see(tenant: string, now: number): void;
  /** Whether the tenant already holds every slot it may have. */
  isSaturated(tenant: string, now: number): boolean;
  /** Whether a slot is free for some tenant that is not saturated. */
  hasFreeSlot(now: number): boolean;
  /** Whether a run of the tenant may start. */
  admits(tenant: string, now: number): boolean;
  /** Takes a slot. Call it only for a tenant that is admitted. */
  start(tenant: string, now: number): BulkheadRun;
  /** Frees the run's slot. */
  end(run: BulkheadRun): void;
  /** Active runs of a tenant. */
  active(tenant: string): number;
  /** Milliseconds until the next run stops counting against the total; `null` without one. */
  agesInMs(now: number): number | null;
}

// A run this old waits for something: an API, a handler. It occupies memory, not the machine.
const YOUNG_MS = 1000;
// How long a tenant counts as present after its last delivery.
const PRESENT_MS = 10 * 60 * 1000;
// Bounds memory when many tenants hang at once: 256 runs for the default of 8 slots.
const MAX_RUNS_PER_SLOT = 32;

/**
 * Creates the rules by which tenants share a worker's slots. Pure: it starts nothing.
 *
 * - A tenant holds at most half of the slots, rounded up, or all of them while no other tenant was
 *   seen for 10 minutes.
 * - A run older than 1 s counts against its tenant's share only, not against the total, so that
 *   hanging runs of several tenants cannot use up the slots. 32 times the slots is the limit.
 */
export function createBulkheads({ concurrency }: BulkheadOptions): Bulkheads {
  const share = Math.ceil(concurrency / 2);
  const activeByTenant = new Map<string, number>();
  /** Runs that still count against the total, oldest first. */
  const young = new Set<BulkheadRun>();
  let total = 0;
  // The tenant seen last, and the one seen last among the others, answer for every tenant whether
  // another one is present.
  let latest: { readonly tenant: string; readonly at: number } | null = null;
  let latestOther: { readonly at: number } | null = null;

  function see(tenant: string, now: number): void {
    if (latest !== null && latest.tenant !== tenant) latestOther = latest;
    latest = { tenant, at: now };
  }

  function isSaturated(tenant: string, now: number): boolean {
    const other = latest?.tenant === tenant ? latestOther : latest;
    const isAlone = other === null || now - other.at >= PRESENT_MS;
    return active(tenant) >= (isAlone ? concurrency : share);
  }

  function active(tenant: string): number {
    return activeByTenant.get(tenant) ?? 0;
  }

  function agesInMs(now: number): number | null {
    for (const run of young) {
      const leftMs = run.startedAt + YOUNG_MS - now;
      if (leftMs > 0) return leftMs;
      young.delete(run);
    }
    return null;
  }

  function hasFreeSlot(now: number): boolean {
    agesInMs(now);
    return young.size < concurrency && total < concurrency * MAX_RUNS_PER_SLOT;
  }

  return {
    see,
    isSaturated,
    active,
    agesInMs,
    hasFreeSlot,
    admits: (tenant, now) => hasFreeSlot(now) && !isSaturated(tenant, now),
    start(tenant, now) {
      const run = { tenant, startedAt: now };
      see(tenant, now);
      young.add(run);
      total += 1;
      activeByTenant.set(tenant, active(tenant) + 1);
      return run;
    },
    end(run) {
      young.delete(run);
      total -= 1;
      const left = active(run.tenant) - 1;
      if (left === 0) activeByTenant.delete(run.tenant);
      else activeByTenant.set(run.tenant, left);
    },
  };
}
