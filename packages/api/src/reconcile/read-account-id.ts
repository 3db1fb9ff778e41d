import { ACCOUNT_DOCUMENT } from "../documents/account-document.ts";
import { readId } from "../mapping/read-values.ts";
import type { ReconcileContext } from "./reconcile-context.ts";

/** Which account the tenant's token is for: proves that the connection works. @throws {JobberSyncError} `ERR_API_…` when it does not */
export async function readAccountId({ api, tenant, signal }: ReconcileContext): Promise<string> {
  const { account } = await api.request(tenant, ACCOUNT_DOCUMENT, {}, { signal });
  return readId(account?.id, "account.id");
}
