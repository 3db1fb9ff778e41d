import { setTimeout as delayFor } from "node:timers/promises";
import {
  createReconciler,
  type JobberApi,
  type ReconcileProgress,
  type Reconciler,
} from "@jobber-sync/api";
import type { SyncReader, Tenant } from "@jobber-sync/core";
import type { CursorStore, Inbox, Lease, SyncStore } from "@jobber-sync/core/ports";

/** Options for {@link startReconciler}. */
export interface StartReconcilerOptions {
  readonly api: JobberApi;
  readonly inbox: Inbox;
  readonly store: SyncStore & SyncReader;
  readonly cursors: CursorStore;
  readonly lease?: Lease | undefined;
  readonly tenants: readonly Tenant[];
}

// Shares the tenant's rate limit with the workers' fetches.
const REQUESTS_PER_SECOND = 8;
const MAX_WAIT_MS = 5000;
const PROGRESS_EVERY_MS = 5000;

/**
 * Starts the reconciler, which repairs records whose webhooks were missed: now, every 15 minutes,
 * and in a daily sweep. The first run of a tenant is its backfill; its progress is printed.
 */
export function startReconciler({ tenants, inbox, ...rest }: StartReconcilerOptions): Reconciler {
  let printedAt = 0;
  const reconciler = createReconciler({
    ...rest,
    tenants: tenants.map(({ slug }) => slug),
    hooks: {
      progress: (progress) => {
        if (!progress.full || Date.now() - printedAt < PROGRESS_EVERY_MS) return;
        printedAt = Date.now();
        console.log(progressLine(progress));
      },
    },
    async beforeFetch(tenant, signal) {
      for (;;) {
        const slot = { perSecond: REQUESTS_PER_SECOND, maxWaitMs: MAX_WAIT_MS, now: Date.now() };
        const waitMs = await inbox.acquireSlot(tenant, slot);
        await delayFor(Math.min(waitMs, MAX_WAIT_MS), undefined, { signal });
        // A wait longer than MAX_WAIT_MS means that no slot was acquired.
        if (waitMs <= MAX_WAIT_MS) return;
      }
    },
  });
  reconciler.start();
  return reconciler;
}

/** Returns a line such as "acme: read 1200 of about 5000 jobs, 60/s, 63 s left". */
export function progressLine(progress: ReconcileProgress): string {
  const { tenant, type, done, total, rate, secondsLeft } = progress;
  const of = total === null ? "" : ` of about ${Math.max(total, done)}`;
  const left = secondsLeft === null ? "" : `, ${secondsLeft} s left`;
  return `${tenant}: read ${done}${of} ${type}s, ${Math.round(rate)}/s${left}`;
}
