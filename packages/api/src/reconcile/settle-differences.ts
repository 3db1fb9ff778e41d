import { JobberSyncError, toInstant } from "@jobber-sync/core";
import type { ContactWrite, FetchedRecords, JobWrite } from "@jobber-sync/core/ports";
import { readAccountId } from "./read-account-id.ts";
import type { ReconcileContext, ReconcileCounts } from "./reconcile-context.ts";
import type { Walk } from "./walk-records.ts";
import { withRateLimitRetry } from "./with-rate-limit-retry.ts";

/** Which kind of record, and what a whole walk over it found. */
export interface Sweep {
  readonly kind: "job" | "client";
  readonly walk: Walk;
  readonly counts: ReconcileCounts;
}

interface Differences extends Sweep {
  /** Stored, and not listed by Jobber. */
  readonly missing: readonly string[];
  /** Stored as deleted, and listed by Jobber. */
  readonly resurrected: readonly string[];
}

// Lists and replicas lag by seconds; a minute later they have had their time.
const SECOND_LOOK_MS = 60_000;
const STORED_PAGE = 1000;

/**
 * Compares what is stored with what Jobber listed, and settles the differences with a second look at each record by its id, 60 s later: what
 * is gone gets a tombstone, what is there in spite of one is revived.
 *
 * @param maxMissing the largest part of the stored records (0 to 1) that may be missing: a token that lost a permission sees nulls too
 * @throws {JobberSyncError} `ERR_API_PERMISSION` when more are missing; nothing is deleted then
 */
export async function settleDifferences(
  context: ReconcileContext,
  sweeps: readonly Sweep[],
  maxMissing: number,
): Promise<void> {
  const differences: Differences[] = [];
  for (const sweep of sweeps) differences.push(await compare(context, sweep, maxMissing));
  if (
    differences.every(
      ({ missing, resurrected }) => missing.length === 0 && resurrected.length === 0,
    )
  )
    return;
  await context.sleep(SECOND_LOOK_MS, context.signal);
  // Null is also what a token without the right sees (F2.3): first prove that this one works.
  await withRateLimitRetry(context, () => readAccountId(context));
  for (const { kind, missing, resurrected, counts } of differences) {
    for (const id of missing) await recheck(context, kind, id, counts, false);
    for (const id of resurrected) await recheck(context, kind, id, counts, true);
  }
}

async function compare(
  context: ReconcileContext,
  sweep: Sweep,
  maxMissing: number,
): Promise<Differences> {
  const missing: string[] = [];
  const resurrected: string[] = [];
  let stored = 0;
  for (let offset = 0; ; offset += STORED_PAGE) {
    const rows = await readStored(context, sweep.kind, offset);
    for (const { id, deleted } of rows) {
      if (!deleted) stored += 1;
      if (!deleted && !sweep.walk.ids.has(id)) missing.push(id);
      if (deleted && sweep.walk.ids.has(id)) resurrected.push(id);
    }
    if (rows.length < STORED_PAGE) break;
  }
  if (missing.length > Math.max(10, stored * maxMissing)) {
    throw new JobberSyncError(
      "ERR_API_PERMISSION",
      `Jobber lists ${missing.length} of ${stored} stored ${sweep.kind} records no more, which looks like a permission that was lost. Nothing was deleted; raise maxMissing if they really are gone.`,
    );
  }
  return { ...sweep, missing, resurrected };
}

async function readStored(
  { store, tenant }: ReconcileContext,
  kind: Sweep["kind"],
  offset: number,
): Promise<readonly { readonly id: string; readonly deleted: boolean }[]> {
  const options = { limit: STORED_PAGE, offset };
  if (kind === "job") {
    const jobs = await store.jobs(tenant, options);
    return jobs.map(({ jobberJobId, deletedAt }) => ({
      id: jobberJobId,
      deleted: deletedAt !== null,
    }));
  }
  const contacts = await store.contacts(tenant, options);
  return contacts.map(({ jobberClientId, deletedAt }) => ({
    id: jobberClientId,
    deleted: deletedAt !== null,
  }));
}

async function recheck(
  context: ReconcileContext,
  kind: Sweep["kind"],
  id: string,
  counts: ReconcileCounts,
  revive: boolean,
): Promise<void> {
  const { api, store, tenant, signal, now } = context;
  const sequence = await store.nextSequence();
  const records = await withRateLimitRetry(context, () => api.fetch(tenant, kind, id, { signal }));
  if (records !== null) {
    await store.apply(writesOf(tenant, kind, records, sequence, revive));
    if (revive) counts.revived += 1;
  } else if (!revive) {
    const tombstone = { tenant, mode: "delete", sequence, deletedAt: toInstant(now()) } as const;
    await store.apply({
      contacts: kind === "client" ? [{ ...tombstone, jobberClientId: id }] : [],
      jobs: kind === "job" ? [{ ...tombstone, jobberJobId: id }] : [],
      submissions: [],
    });
    counts.deleted += 1;
  }
}

/** Only the kind that was looked for is revived: that a job came back says nothing of its client's tombstone. */
function writesOf(
  tenant: string,
  kind: Sweep["kind"],
  records: FetchedRecords,
  sequence: number,
  revive: boolean,
) {
  const position = { tenant, sequence, mode: "replace" } as const;
  const lifted = (is: Sweep["kind"]) => (revive && kind === is ? { revive } : {});
  return {
    contacts: records.contacts.map(
      (client): ContactWrite => ({ ...position, ...client, ...lifted("client") }),
    ),
    jobs: records.jobs.map((job): JobWrite => ({ ...position, ...job, ...lifted("job") })),
    submissions: [],
  };
}
