import type { ReconcileContext } from "./reconcile-context.ts";
import { countsOf, type RecordType } from "./reconcile-report.ts";
import type { ReconcileProgress } from "./reconciler-hooks.ts";
import type { ReadPage } from "./request-page.ts";
import type { WalkState } from "./walk-state.ts";

/** Emits the progress of one run. */
export interface ProgressMeter {
  emit(context: ReconcileContext, state: WalkState, read: number): void;
}

/** Creates the meter of a run. @param onProgress called beside the hook */
export function createProgressMeter(
  now: () => number,
  onProgress: ((progress: ReconcileProgress) => void) | undefined,
): ProgressMeter {
  const startedAt = now();
  let records = 0;
  return {
    emit({ tenant, emit }, { type, full, done, total }, read) {
      records += read;
      const seconds = Math.max(0.001, (now() - startedAt) / 1000);
      const rate = records / seconds;
      const left = total === null ? null : Math.max(0, total - done);
      const secondsLeft = left === null || rate === 0 ? null : Math.round(left / rate);
      const progress: ReconcileProgress = { tenant, type, full, done, total, rate, secondsLeft };
      emit("progress", progress);
      onProgress?.(progress);
    },
  };
}

const nameOf = (type: RecordType): string => `total:${type}`;

/**
 * Estimates the number of records that a full walk will read: as many as the last one, else the
 * highest job number on the first page. Jobber advises against `totalCount`.
 */
export async function estimateTotal(
  { cursors, tenant }: ReconcileContext,
  { type, full }: Pick<WalkState, "type" | "full">,
  { records }: ReadPage,
): Promise<number | null> {
  if (!full) return null;
  const known = Number(await cursors.get(tenant, nameOf(type)));
  if (known > 0) return known;
  const numbers = records.map((read) =>
    read.type === "job" ? (read.record.fields.jobNumber ?? 0) : 0,
  );
  const highest = Math.max(0, ...numbers);
  return highest > 0 ? highest : null;
}

/** Remembers what a full walk read, as the next one's total. */
export async function saveTotal(context: ReconcileContext, { type, done }: WalkState) {
  const { cursors, tenant } = context;
  await cursors.set(tenant, nameOf(type), String(Math.max(done, countsOf(context, type).seen)));
}
