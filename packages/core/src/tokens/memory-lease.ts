import type { Lease } from "./lease.ts";

/** Options for `createMemoryLease`. */
export interface MemoryLeaseOptions {
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Creates leases in memory, which suffice if a single process refreshes tokens. */
export function createMemoryLease({ now = Date.now }: MemoryLeaseOptions = {}): Lease {
  const leases = new Map<string, { readonly holder: string; readonly until: number }>();
  return {
    async acquire(name, holder, ttlMs) {
      const held = leases.get(name);
      if (held !== undefined && held.holder !== holder && held.until > now()) return false;
      leases.set(name, { holder, until: now() + ttlMs });
      return true;
    },
    async release(name, holder) {
      if (leases.get(name)?.holder === holder) leases.delete(name);
    },
  };
}
