import { setTimeout as delayFor } from "node:timers/promises";
import { createReconciler, type JobberApi } from "@jobber-sync/api";
import { isJobberSyncError, type SyncReader, type Tenant } from "@jobber-sync/core";
import type { CursorStore, Inbox, Lease, SyncStore } from "@jobber-sync/core/ports";

/** What is reconciled, and with what. */
export interface ReconcilingOptions {
  readonly api: JobberApi;
  readonly inbox: Inbox;
  readonly store: SyncStore & SyncReader;
  readonly cursors: CursorStore;
  readonly lease?: Lease | undefined;
  readonly tenants: readonly Tenant[];
}

/** A reconcile that comes round. */
export interface Reconciling {
  /** Does it for one tenant as soon as possible, and resolves then; it never rejects. Of a tenant that was just connected it is the backfill. */
  soon(tenant: string): Promise<void>;
  /** Does no more, and resolves when what runs has ended. What it did not come to is done the next time. */
  stop(): Promise<void>;
}

const EVERY_MS = 15 * 60_000;
// The budget that the workers' fetches come out of too.
const REQUESTS_PER_SECOND = 8;
const MAX_WAIT_MS = 5000;

/** Repairs every quarter of an hour what missed webhooks left behind, one tenant after the other. */
export function reconcileRegularly({ tenants, inbox, ...rest }: ReconcilingOptions): Reconciling {
  const stopped = new AbortController();
  const { signal } = stopped;
  const reconciler = createReconciler({
    ...rest,
    async beforeFetch(tenant, waiting) {
      for (;;) {
        const place = { perSecond: REQUESTS_PER_SECOND, maxWaitMs: MAX_WAIT_MS, now: Date.now() };
        const waitMs = await inbox.acquireSlot(tenant, place);
        await delayFor(Math.min(waitMs, MAX_WAIT_MS), undefined, { signal: waiting });
        // A place further away than that was not kept for us.
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
  // It is the server that keeps the process up; one that could not listen must be able to end.
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
  // A tenant that is not connected has nothing to be compared with.
  if (code === "ERR_API_NEEDS_REAUTH" || code === "ERR_API_DISCONNECTED") return;
  console.error(`${tenant}: the reconcile stopped at ${code} and goes on the next time`);
}
