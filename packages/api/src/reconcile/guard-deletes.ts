import { JobberSyncError } from "@jobber-sync/core";
import type { Differences } from "./find-differences.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import type { RecordType } from "./reconcile-report.ts";

const ALWAYS_ALLOWED = 2;
const refusedName = (type: RecordType): string => `refused:${type}`;
const acknowledgedName = (type: RecordType): string => `acknowledged:${type}`;

/**
 * Returns the missing records that may be deleted. A token that lost a permission, or a connection
 * to another account, sees none of the records, so a sweep refuses to delete when more than
 * `maxMissing` of the records and more than two are missing, or all of three or more. The refusal
 * is remembered until `acknowledge` or until a sweep finds fewer records missing.
 */
export async function allowedDeletes(
  { cursors, tenant, emit, maxMissing }: ReconcileContext,
  { type, missing, stored }: Differences,
): Promise<{ readonly allowed: readonly string[]; readonly refused: boolean }> {
  const count = missing.length;
  const tooMany = count > ALWAYS_ALLOWED && (count > stored * maxMissing || count === stored);
  if (!tooMany) return { allowed: missing, refused: false };
  if ((await cursors.get(tenant, acknowledgedName(type))) === "yes")
    return { allowed: missing, refused: false };
  const refusedBefore = (await cursors.get(tenant, refusedName(type))) ?? "";
  await cursors.set(tenant, refusedName(type), String(count));
  if (refusedBefore === "") emit("refused", { tenant, type, missing: count, stored });
  return { allowed: [], refused: true };
}

/**
 * Allows the next sweep to delete what the last one refused.
 *
 * @returns whether there was a refusal
 */
export async function acknowledge({
  cursors,
  tenant,
}: Pick<ReconcileContext, "cursors" | "tenant">): Promise<boolean> {
  let acknowledged = false;
  for (const type of ["client", "job"] as const) {
    const refused = (await cursors.get(tenant, refusedName(type))) ?? "";
    if (refused === "") continue;
    await cursors.set(tenant, acknowledgedName(type), "yes");
    acknowledged = true;
  }
  return acknowledged;
}

/** Ends the refusal and its acknowledgement after a sweep that deleted what was missing. */
export async function clearRefusal(
  { cursors, tenant }: Pick<ReconcileContext, "cursors" | "tenant">,
  type: RecordType,
): Promise<void> {
  for (const name of [refusedName(type), acknowledgedName(type)]) {
    if (((await cursors.get(tenant, name)) ?? "") !== "") await cursors.set(tenant, name, "");
  }
}

/** Creates the error that ends a run whose sweep refused to delete. */
export function refusedDeletion({ type, missing, stored }: Differences): JobberSyncError {
  return new JobberSyncError(
    "ERR_API_PERMISSION",
    `${missing.length} of ${stored} stored ${type} records are missing in Jobber, which looks like a lost permission. Nothing was deleted. If they are really gone, call acknowledgeMissing.`,
  );
}
