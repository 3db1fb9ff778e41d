import type { Instant } from "@jobber-sync/core";
import type { ReconcileContext } from "./reconcile-context.ts";
import type { ReadRecord } from "./record-type.ts";
import type { ReadPage } from "./request-page.ts";

// A younger change may still be on its way: Jobber's queue, the debounce, a second look.
const SETTLED_MS = 2 * 60_000;
const CERTAIN = 10;
/** When the tenant's webhooks fell silent. Milliseconds since 1970; blank while they arrive. */
const SILENT = "silent";
const SUSPECTED = "silence-suspected";

/** Counts the changes on a page of an incremental walk by whether webhooks had brought them. */
export function countWebhooks(
  { report, now }: ReconcileContext,
  { records, serverTime }: ReadPage,
  { differing, since }: { readonly differing: readonly ReadRecord[]; readonly since: Instant },
): void {
  const from = Date.parse(since);
  const to = (serverTime ?? now()) - SETTLED_MS;
  for (const record of records) {
    const changedAt = Date.parse(record.record.sourceUpdatedAt ?? "");
    if (!(changedAt > from && changedAt <= to)) continue;
    if (differing.includes(record)) report.webhooks.missed += 1;
    else report.webhooks.delivered += 1;
  }
}

/** Emits `silent` when reconcile wrote more changes than webhooks brought. */
export async function watchWebhooks({
  cursors,
  tenant,
  emit,
  now,
  report: { webhooks },
}: ReconcileContext): Promise<void> {
  const { delivered, missed } = webhooks;
  if (delivered + missed === 0) return;
  if (missed <= delivered) {
    for (const name of [SILENT, SUSPECTED])
      if (((await cursors.get(tenant, name)) ?? "") !== "") await cursors.set(tenant, name, "");
    return;
  }
  const suspected = ((await cursors.get(tenant, SUSPECTED)) ?? "") !== "";
  if (!suspected) await cursors.set(tenant, SUSPECTED, String(now()));
  if (!suspected && missed < CERTAIN) return;
  if (((await cursors.get(tenant, SILENT)) ?? "") !== "") return;
  await cursors.set(tenant, SILENT, String(now()));
  emit("silent", { tenant, delivered, missed });
}
