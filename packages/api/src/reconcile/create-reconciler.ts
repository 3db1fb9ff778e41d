import { createDispatcher } from "@jobber-sync/core/ports";
import { acknowledge } from "./guard-deletes.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import { createReport, type ReconcileReport } from "./reconcile-report.ts";
import { reconcileTenant } from "./reconcile-tenant.ts";
import type { ReconcileProgress, ReconcilerEvents } from "./reconciler-hooks.ts";
import { checkReconcilerOptions, type ReconcilerOptions } from "./reconciler-options.ts";
import { createRunExclusively } from "./run-exclusively.ts";
import { createScheduler } from "./scheduler.ts";

/** Options for one reconcile. */
export interface ReconcileOptions {
  readonly signal?: AbortSignal | undefined;
  /** Reads everything now, and looks for deletes. @default false */
  readonly full?: boolean | undefined;
  /** Called after each page, beside the `progress` hook. */
  readonly onProgress?: ((progress: ReconcileProgress) => void) | undefined;
}

/** Repairs what missed webhooks left behind. */
export interface Reconciler {
  /**
   * Reconciles every tenant now and then every 15 minutes. Tenants take turns, so that a long
   * backfill does not delay the others, and a tenant's failure is its own. Calling it again does
   * nothing.
   */
  start(): void;

  /**
   * Aborts active runs and resolves when they have ended. Written pages stay; the next `start`
   * resumes after them.
   *
   * @param options.graceMs the longest wait. Milliseconds. @default no limit
   */
  stop(options?: { readonly graceMs?: number | undefined }): Promise<void>;

  /**
   * Reconciles a tenant as soon as possible, such as after it was connected. Resolves when that run
   * is complete or has failed; never rejects.
   */
  soon(tenant: string): Promise<void>;

  /**
   * Updates the tenant's records to Jobber's: those changed since the last run (with ten minutes'
   * overlap), and once a day everything. The first run reads everything: it is the backfill. A run
   * that was interrupted is resumed at its last page.
   *
   * Requests leave half of the tenant's query points to webhooks. A record that cannot be read is
   * skipped, reported and read again in the next run. A sweep that finds a record on one side only
   * looks again 60 s later before it deletes or revives. Builds no submissions and calls no `on`
   * handlers.
   *
   * @returns a report with `ran: false` when another run of the tenant is active
   * @throws {JobberSyncError} `ERR_API_…`, `ERR_STORE…`; `ERR_ACCOUNT_MISMATCH`;
   * `ERR_API_PERMISSION` also when a sweep refused to delete
   */
  reconcile(tenant: string, options?: ReconcileOptions): Promise<ReconcileReport>;

  /**
   * Allows the deletion that a sweep refused because too many records were missing, and makes the
   * next run a sweep. Does nothing without a refusal.
   */
  acknowledgeMissing(tenant: string): Promise<void>;
}

/**
 * Creates the reconciler: it repairs missed webhooks, finds deletes, and fills a new tenant's
 * records.
 *
 * @throws {TypeError} for invalid options
 *
 * @example
 * ```ts
 * import { createReconciler, type JobberApi } from "@jobber-sync/api";
 * import { openSqlite } from "@jobber-sync/sqlite";
 *
 * declare const api: JobberApi;
 * const { store, cursors, lease } = openSqlite("jobber-sync.db");
 * const reconciler = createReconciler({ api, store, cursors, lease, tenants: ["acme"] });
 * reconciler.start();
 * // At shutdown:
 * await reconciler.stop();
 * ```
 */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const checked = checkReconcilerOptions(options);
  const { cursors, now, beforeFetch } = checked;
  const emit = createDispatcher<ReconcilerEvents>(checked);
  const runExclusively = createRunExclusively(checked);

  async function run(
    tenant: string,
    { signal = new AbortController().signal, full = false, onProgress }: ReconcileOptions,
    shouldYield: (startedAt: number) => boolean,
  ): Promise<ReconcileReport> {
    const report = await runExclusively(tenant, signal, async (held) => {
      const startedAt = now();
      const context: ReconcileContext = {
        ...checked,
        ...held,
        tenant,
        beforeFetch,
        emit,
        report: createReport(true),
        shouldYield: () => shouldYield(startedAt),
      };
      await reconcileTenant(context, { full, onProgress });
      await cursors.set(tenant, "ran", String(now()));
      return context.report;
    });
    if (report === null) return createReport(false);
    emit("reconciled", { tenant, report });
    return report;
  }

  const scheduler = createScheduler({ ...checked, emit, run });

  return {
    start: scheduler.start,
    stop: scheduler.stop,
    soon: scheduler.soon,
    reconcile: (tenant, reconcileOptions = {}) => run(tenant, reconcileOptions, () => false),
    async acknowledgeMissing(tenant) {
      if (await acknowledge({ cursors, tenant })) await cursors.set(tenant, "swept", "");
    },
  };
}
