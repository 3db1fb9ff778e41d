import { JobberSyncError } from "@jobber-sync/core";
import { ACCOUNT_DOCUMENT } from "../documents/account-document.ts";
import { readId, sameId } from "../mapping/read-values.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import { withFaultRetry } from "./with-fault-retry.ts";

/**
 * Asks Jobber which account the tenant's token belongs to, and compares it with the account the
 * tenant was connected to.
 *
 * @param options.required asks Jobber even without a known account: proves that the token works
 * @throws {JobberSyncError} `ERR_ACCOUNT_MISMATCH`, or `ERR_API_…` when the connection does not
 * work
 */
export async function checkAccount(
  context: ReconcileContext,
  { required = false }: { readonly required?: boolean } = {},
): Promise<void> {
  const { api, tenant, signal } = context;
  const expected = (await api.accountOf?.(tenant)) ?? null;
  if (expected === null && !required) return;
  const { account } = await withFaultRetry(context, () =>
    api.request(tenant, ACCOUNT_DOCUMENT, {}, { signal }),
  );
  const accountId = readId(account?.id, "account.id");
  if (expected === null || sameId(accountId, expected)) return;
  throw new JobberSyncError(
    "ERR_ACCOUNT_MISMATCH",
    "The tenant's token belongs to another Jobber account than its connection. Nothing was written; connect the tenant again.",
  );
}

/**
 * Compares the account of the tenant's connection with the one of the last run, and remembers it.
 *
 * @returns whether the tenant was connected to another account since: its cursors mean nothing then
 */
export async function accountHasChanged({
  api,
  cursors,
  tenant,
}: ReconcileContext): Promise<boolean> {
  const current = (await api.accountOf?.(tenant)) ?? null;
  if (current === null) return false;
  const last = (await cursors.get(tenant, "account")) ?? "";
  if (last !== "" && sameId(last, current)) return false;
  await cursors.set(tenant, "account", current);
  return last !== "";
}
