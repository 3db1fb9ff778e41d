import { setTimeout as delayFor } from "node:timers/promises";
import { createReconciler, type JobberApi } from "@jobber-sync/api";
import { isJobberSyncError, type SyncReader, type Tenant } from "@jobber-sync/core";
import type { CursorStore, Inbox, Lease, SyncStore } from "@jobber-sync/core/ports";

/** Options for {@link reconcileRegularly}. */
export interface ReconcilingOptions {
  readonly api: JobberApi;
  readonly inbox: Inbox;
  readonly store: SyncStore & SyncReader;
  readonly cursors: CursorStore;
  readonly lease?: Lease | undefined;
  readonly tenants: readonly Tenant[];
}

/** A running reconcile schedule. */
export interface Reconciling {
  /**
   * Reconciles one tenant as soon as possible and resolves when done. Never rejects. For a tenant
   * that has just connected, this is the backfill.
   */
  soon(tenant: string): Promise<void>;
  /**
   * Aborts the current reconcile and resolves once it has ended. The next start continues where it
   * stopped.
   */
  stop(): Promise<void>;
}

const EVERY_MS = 15 * 60_000;
// Shares the tenant's rate limit with the workers' fetches.
const REQUESTS_PER_SECOND = 8;
const MAX_WAIT_MS = 5000;

/**
 * Reconciles every tenant, one after the other, every 15 minutes. Repairs records whose webhooks
 * were missed.
 */
export function reconcileRegularly({ tenants, inbox, ...rest }: ReconcilingOptions): Reconciling {
  const stopped = new AbortController();
  const { signal } = stopped;
  const reconciler = createReconciler({
    ...rest,
    async beforeFetch(tenant, waiting) {
      for (;;) {
        const slot = { perSecond: REQUESTS_PER_SECOND, maxWaitMs: MAX_WAIT_MS, now: Date.now() };
        const waitMs = await inbox.acquireSlot(tenant, slot);
        await delayFor(Math.min(waitMs, MAX_WAIT_MS), undefined, { signal: waiting });
        // A wait longer than MAX_WAIT_MS means that no slot was acquired.
        if (waitMs <= MAX_WAIT_MS) return;
      }
    },
  });
  let last = Promise.resolve();

  const soon = (tenant: string) => {
    last = last.then(async () => {
      if (signal.aborted) return;
      try {
        await reconciler.reconcile(tenant, { signal });
      } catch (error) {
        if (!signal.aborted) report(tenant, error);
      }
    });
    return last;
  };
  const timer = setInterval(() => {
    for (const { slug } of tenants) void soon(slug);
  }, EVERY_MS);
  // The HTTP server keeps the process alive; a server that failed to listen must not be kept alive
  // by this timer.
  timer.unref();

  return {
    soon,
    async stop() {
      clearInterval(timer);
      stopped.abort();
      await last;
    },
  };
}

function report(tenant: string, error: unknown): void {
  const code = isJobberSyncError(error) ? error.code : "an unexpected error";
  // A tenant without a connection has nothing to reconcile with.
  if (code === "ERR_API_NEEDS_REAUTH" || code === "ERR_API_DISCONNECTED") return;
  console.error(`${tenant}: reconcile stopped with ${code}; the next one continues from there`);
}
