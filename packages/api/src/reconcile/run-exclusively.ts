import { JobberSyncError } from "@jobber-sync/core";
import type { CheckedReconcilerOptions } from "./reconciler-options.ts";

/** The lease of a run while it is held. */
export interface HeldTenant {
  /** Aborts when the caller's signal does. */
  readonly signal: AbortSignal;
  /**
   * Extends the lease.
   *
   * @throws {JobberSyncError} `ERR_LEASE_TIMEOUT` after another process took it
   */
  readonly heartbeat: () => Promise<void>;
}

/**
 * Runs `task` unless the tenant is being reconciled, in this process or another one.
 *
 * @returns `null` when it is
 */
export type RunExclusively = <T>(
  tenant: string,
  signal: AbortSignal,
  task: (held: HeldTenant) => Promise<T>,
) => Promise<T | null>;

// Others wait this long for a process that died. Extended before each request and by a timer.
const LEASE_MS = 120_000;
const EXTEND_EVERY_MS = 30_000;

/** Creates {@link RunExclusively} for this process. */
export function createRunExclusively({
  lease,
  holder,
}: Pick<CheckedReconcilerOptions, "lease" | "holder">): RunExclusively {
  const active = new Set<string>();

  async function underLease<T>(
    tenant: string,
    signal: AbortSignal,
    task: (held: HeldTenant) => Promise<T>,
  ): Promise<T | null> {
    const name = `jobber-reconcile:${tenant}`;
    if (lease === undefined)
      return task({ signal, heartbeat: async () => signal.throwIfAborted() });
    if (!(await lease.acquire(name, holder, LEASE_MS))) return null;
    const timer = setInterval(() => {
      lease.acquire(name, holder, LEASE_MS).catch(() => {});
    }, EXTEND_EVERY_MS);
    timer.unref();
    const heartbeat = async (): Promise<void> => {
      signal.throwIfAborted();
      if (await lease.acquire(name, holder, LEASE_MS)) return;
      throw new JobberSyncError(
        "ERR_LEASE_TIMEOUT",
        "Another process has taken over the reconcile of this tenant.",
      );
    };
    try {
      return await task({ signal, heartbeat });
    } finally {
      clearInterval(timer);
      // A lease that cannot be released expires.
      await lease.release(name, holder).catch(() => {});
    }
  }

  return async (tenant, signal, task) => {
    if (active.has(tenant)) return null;
    active.add(tenant);
    try {
      return await underLease(tenant, signal, task);
    } finally {
      active.delete(tenant);
    }
  };
}
