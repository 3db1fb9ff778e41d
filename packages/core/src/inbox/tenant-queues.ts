/** Entries that wait for a slot, by tenant. */
export interface TenantQueues<E> {
  /** Adds an entry to the end of its tenant's queue, or to its beginning. */
  add(tenant: string, entry: E, options: { readonly first: boolean }): void;
  /** Moves an entry to the beginning of its tenant's queue. */
  promote(tenant: string, entry: E): void;
  /** Removes the first entry of the tenant whose turn it is; `undefined` if none is admitted. */
  takeNext(options: TurnOptions): E | undefined;
  /** Removes and returns every entry. */
  takeAll(): readonly E[];
  /** Tenants with entries. */
  tenants(): Iterable<string>;
  /** Number of a tenant's entries, or of all. */
  size(tenant?: string): number;
}

/** Conditions of a turn. */
export interface TurnOptions {
  /** Whether a run of the tenant may start. */
  readonly admits: (tenant: string) => boolean;
  /** Number of the tenant's active runs. */
  readonly active: (tenant: string) => number;
}

// A tenant that is not among the last so many to start a run is next anyway.
const MAX_LAST_STARTS = 1000;

/**
 * Creates the queues. The next turn belongs to the tenant with the fewest active runs, then to the
 * one that has waited longest since its last start.
 */
export function createTenantQueues<E>(): TenantQueues<E> {
  const queues = new Map<string, E[]>();
  /** Numbers the starts. In ascending order. */
  const lastStarts = new Map<string, number>();
  let starts = 0;
  let total = 0;

  return {
    add(tenant, entry, { first }) {
      const queue = queues.get(tenant) ?? [];
      queues.set(tenant, queue);
      if (first) queue.unshift(entry);
      else queue.push(entry);
      total += 1;
    },
    promote(tenant, entry) {
      const queue = queues.get(tenant);
      const index = queue?.indexOf(entry) ?? -1;
      if (queue !== undefined && index > 0) queue.unshift(...queue.splice(index, 1));
    },
    takeNext(options) {
      const tenant = nextTenant(options);
      const queue = tenant === null ? undefined : queues.get(tenant);
      const entry = queue?.shift();
      if (tenant === null || queue === undefined || entry === undefined) return undefined;
      if (queue.length === 0) queues.delete(tenant);
      total -= 1;
      noteStart(tenant);
      return entry;
    },
    takeAll() {
      const entries = [...queues.values()].flat();
      queues.clear();
      total = 0;
      return entries;
    },
    tenants: () => queues.keys(),
    size: (tenant) => (tenant === undefined ? total : (queues.get(tenant)?.length ?? 0)),
  };

  function nextTenant({ admits, active }: TurnOptions): string | null {
    let next: string | null = null;
    let best: readonly [active: number, lastStart: number] = [0, 0];
    for (const tenant of queues.keys()) {
      if (!admits(tenant)) continue;
      const runs = active(tenant);
      const lastStart = lastStarts.get(tenant) ?? 0;
      const isBetter = runs < best[0] || (runs === best[0] && lastStart < best[1]);
      if (next !== null && !isBetter) continue;
      next = tenant;
      best = [runs, lastStart];
    }
    return next;
  }

  function noteStart(tenant: string): void {
    starts += 1;
    lastStarts.delete(tenant);
    lastStarts.set(tenant, starts);
    if (lastStarts.size <= MAX_LAST_STARTS) return;
    const [oldest] = lastStarts.keys();
    if (oldest !== undefined) lastStarts.delete(oldest);
  }
}
