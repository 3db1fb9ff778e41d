import { type JobberSyncError, toInstant } from "@jobber-sync/core";
import { checkAccount } from "./check-account.ts";
import { fetchReadable } from "./fetch-readable.ts";
import { type Differences, findDifferences } from "./find-differences.ts";
import { allowedDeletes, clearRefusal, refusedDeletion } from "./guard-deletes.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import { countsOf, type RecordType } from "./reconcile-report.ts";
import { writeRecords } from "./record-type.ts";
import type { SeenIds } from "./seen-ids.ts";

/** The result of a full walk, by record type. */
export interface SweepOptions {
  readonly seen: Readonly<Record<RecordType, SeenIds>>;
  /** Jobber's clock when the walk began. Milliseconds since 1970. */
  readonly walkStartedAt: number;
}

// Lists and replicas lag by seconds; a minute later they have caught up.
const SECOND_LOOK_MS = 60_000;

/**
 * Compares the stored records with what a full walk has listed. A record on one side only is looked
 * at again by its id 60 s later: one that is gone gets a tombstone, a deleted one that exists is
 * revived.
 *
 * @returns the error to end the run with when the sweep refused to delete; `null` otherwise
 */
export async function sweep(
  context: ReconcileContext,
  options: SweepOptions,
): Promise<JobberSyncError | null> {
  const { walkStartedAt } = options;
  const found: (Differences & { readonly refused: boolean })[] = [];
  let refusal: JobberSyncError | null = null;
  for (const type of ["client", "job"] as const) {
    const seen = options.seen[type];
    const differences = await findDifferences(context, type, { seen, walkStartedAt });
    const { allowed, refused } = await allowedDeletes(context, differences);
    if (refused) refusal ??= refusedDeletion(differences);
    found.push({ ...differences, missing: allowed, refused });
  }
  if (found.some(({ missing, resurrected }) => missing.length + resurrected.length > 0)) {
    await context.sleep(SECOND_LOOK_MS, context.signal);
    // A token without the permission sees null, too: prove first that this one works.
    await checkAccount(context, { required: true });
  }
  for (const { type, missing, resurrected, refused } of found) {
    for (const id of missing) await recheck(context, { type, id, deleted: false });
    for (const id of resurrected) await recheck(context, { type, id, deleted: true });
    if (!refused) await clearRefusal(context, type);
  }
  return refusal;
}

interface Recheck {
  readonly type: RecordType;
  readonly id: string;
  /** Whether the record is stored as deleted. */
  readonly deleted: boolean;
}

async function recheck(context: ReconcileContext, { type, id, deleted }: Recheck): Promise<void> {
  const { store, tenant, now, emit } = context;
  const counts = countsOf(context, type);
  const sequence = await store.nextSequence();
  const record = await fetchReadable(context, type, id);
  if (typeof record === "string") {
    counts.unreadable += 1;
    emit("unreadable", { tenant, type, id, reason: record });
  } else if (record !== null) {
    await writeRecords(context, [record], { sequence, revive: deleted });
    if (deleted) counts.revived += 1;
  } else if (!deleted) {
    const tombstone = { tenant, mode: "delete", sequence, deletedAt: toInstant(now()) } as const;
    await store.apply({
      contacts: type === "client" ? [{ ...tombstone, jobberClientId: id }] : [],
      jobs: type === "job" ? [{ ...tombstone, jobberJobId: id }] : [],
      submissions: [],
      cause: "reconcile",
    });
    counts.deleted += 1;
  }
}
