import { type JobberSyncError, parseInstant } from "@jobber-sync/core";
import { accountHasChanged, checkAccount } from "./check-account.ts";
import { createProgressMeter, saveTotal } from "./progress.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import type { ReconcileProgress } from "./reconciler-hooks.ts";
import { loadSeenIds } from "./seen-ids.ts";
import { sweep } from "./sweep.ts";
import { loadUnreadable } from "./unreadable-records.ts";
import { type WalkOptions, walkRecords, writeDifferences } from "./walk-records.ts";
import { createWalk, loadWalk, saveWalk, type WalkState } from "./walk-state.ts";
import { watchWebhooks } from "./watch-webhooks.ts";

/** Options for {@link reconcileTenant}. */
export interface ReconcileTenantOptions {
  /** Walk everything now. */
  readonly full: boolean;
  readonly onProgress: ((progress: ReconcileProgress) => void) | undefined;
}

/**
 * Runs one reconcile: continues the tenant's walk in progress, or begins one, and sweeps after a
 * full walk. Fills `context.report`.
 *
 * @throws {JobberSyncError} `ERR_API_…`, `ERR_STORE…`, `ERR_ACCOUNT_MISMATCH`. Written pages stay,
 * and the next run continues after them.
 */
export async function reconcileTenant(
  context: ReconcileContext,
  { full, onProgress }: ReconcileTenantOptions,
): Promise<void> {
  const { cursors, tenant, report } = context;
  if (await accountHasChanged(context)) await forgetWalks(context);
  const state = await beginWalk(context, full);
  await checkAccount(context);
  const unreadable = await loadUnreadable(context);
  await unreadable.retry(async (record, sequence) => {
    await writeDifferences(context, [record], sequence);
  });
  const meter = createProgressMeter(context.now, onProgress);
  const seen = state.full
    ? {
        client: await loadSeenIds(cursors, tenant, "client"),
        job: await loadSeenIds(cursors, tenant, "job"),
      }
    : null;
  const ended = await walkTypes(context, state, {
    optionsOf: (type) => ({ seen: seen?.[type] ?? null, unreadable, progress: meter }),
  });
  if (ended === null) {
    report.complete = false;
    return;
  }
  let refusal: JobberSyncError | null = null;
  if (seen !== null) {
    const walkStartedAt = Date.parse(ended.begunAt ?? "9999-12-31T00:00:00Z");
    refusal = await sweep(context, { seen, walkStartedAt });
    await cursors.set(tenant, "swept", String(state.startedAt));
    await Promise.all([seen.client.clear(), seen.job.clear()]);
    report.swept = true;
  }
  await saveWalk(cursors, tenant, null);
  if (!state.full) await watchWebhooks(context);
  if (refusal !== null) throw refusal;
}

/** Continues the stored walk, or begins one: a full one when it is due or asked for. */
async function beginWalk(context: ReconcileContext, full: boolean): Promise<WalkState> {
  const { cursors, tenant, now, sweepEveryMs } = context;
  const startedAt = now();
  const swept = Number(await cursors.get(tenant, "swept"));
  // A time in the future comes from a clock that was set back.
  const due = !(swept > 0 && startedAt - swept < sweepEveryMs && swept <= startedAt);
  const stored = await loadWalk(cursors, tenant, startedAt);
  if (stored !== null && (stored.full || !(full || due))) return stored;
  for (const type of ["client", "job"] as const)
    await (await loadSeenIds(cursors, tenant, type)).clear();
  return createWalk({ full: full || due, startedAt });
}

/**
 * Walks clients, then jobs. Returns the last state, or `null` when the run yielded before the end.
 */
async function walkTypes(
  context: ReconcileContext,
  start: WalkState,
  { optionsOf }: { readonly optionsOf: (type: WalkState["type"]) => WalkOptions },
): Promise<WalkState | null> {
  const { cursors, tenant } = context;
  for (let state = start; ; ) {
    const walked = await countFailures(context, () =>
      walkRecords(context, state, optionsOf(state.type)),
    );
    if (!walked.ended) return null;
    await moveCursor(context, walked.state);
    if (state.full) await saveTotal(context, walked.state);
    if (state.type === "job") return walked.state;
    const { full, startedAt, begunAt } = walked.state;
    state = createWalk({ full, startedAt, begunAt, type: "job" });
    if (full) await saveWalk(cursors, tenant, state);
  }
}

/** Counts failures of the walk at its stored page: a cursor that Jobber no longer knows ends it. */
async function countFailures<T>(
  { cursors, tenant, now, signal }: ReconcileContext,
  walk: () => Promise<T>,
): Promise<T> {
  try {
    return await walk();
  } catch (error) {
    const stored = signal.aborted ? null : await loadWalk(cursors, tenant, now()).catch(() => null);
    if (stored !== null) {
      const failed = { ...stored, failures: stored.failures + 1 };
      await saveWalk(cursors, tenant, failed).catch(() => {});
    }
    throw error;
  }
}

/** Moves the cursor of a record type to the walk's watermark, once all of the walk is written. */
async function moveCursor(
  { cursors, tenant }: ReconcileContext,
  { type, watermark }: WalkState,
): Promise<void> {
  if (watermark === null) return;
  const name = `${type}s`;
  const cursor = parseInstant((await cursors.get(tenant, name)) ?? "");
  await cursors.set(tenant, name, watermark);
  // A cursor ahead of Jobber's clock has hidden changes: the next run reads everything.
  if (cursor !== null && Date.parse(cursor) > Date.parse(watermark) + 1000)
    await cursors.set(tenant, "swept", "");
}

async function forgetWalks({ cursors, tenant }: ReconcileContext): Promise<void> {
  for (const name of ["clients", "jobs", "swept", "walk", "unreadable"])
    await cursors.set(tenant, name, "");
}
