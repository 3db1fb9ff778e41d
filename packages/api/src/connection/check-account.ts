import { JobberSyncError } from "@jobber-sync/core";
import type { Connection, TokenStore } from "@jobber-sync/core/ports";
import { sameId } from "../mapping/read-values.ts";

/** Options for `JobberApi.connect`. */
export interface ConnectOptions {
  /** The accounts the tenant may be connected to; any other is rejected. @default any account */
  readonly accountIds?: readonly string[] | undefined;
  /**
   * Allows another account than the one the tenant was connected to before. The records of the old
   * account stay stored until a sweep finds them missing and you call `acknowledgeMissing`.
   *
   * @default false
   */
  readonly replaceAccount?: boolean | undefined;
  /**
   * Allows an account that another tenant is connected to. Both tenants then store its records.
   *
   * @default false
   */
  readonly allowSharedAccount?: boolean | undefined;
}

/** The account that a tenant is about to be connected to. */
export interface AccountChange {
  readonly tokens: TokenStore;
  readonly tenant: string;
  readonly accountId: string;
  /** The tenant's row; `null` when there is none, `undefined` when no key decrypts it. */
  readonly before: Connection | null | undefined;
}

/**
 * Checks that a connection does not mix the records of two accounts, or of two tenants.
 *
 * @throws {JobberSyncError} `ERR_ACCOUNT_MISMATCH` for another account than expected or stored,
 * `ERR_ACCOUNT_IN_USE` for one that another tenant is connected to
 */
export async function checkAccount(
  { tokens, tenant, accountId, before }: AccountChange,
  options: ConnectOptions,
): Promise<void> {
  if (options.accountIds?.some((id) => sameId(id, accountId)) === false) {
    throw new JobberSyncError(
      "ERR_ACCOUNT_MISMATCH",
      "The tokens belong to a Jobber account that this tenant may not be connected to. Sign in to the tenant's own account.",
    );
  }
  const rows = await tokens.byAccount(accountId);
  const stored =
    before === undefined
      ? rows.some((row) => row.tenant === tenant)
      : before === null || sameId(before.accountId, accountId);
  if (!stored && options.replaceAccount !== true) {
    throw new JobberSyncError(
      "ERR_ACCOUNT_MISMATCH",
      `Tenant "${tenant}" was connected to another Jobber account, whose records are stored. Sign in to that account, or pass replaceAccount: true.`,
    );
  }
  const shared = rows.some((row) => row.tenant !== tenant && row.state !== "disconnected");
  if (shared && options.allowSharedAccount !== true) {
    throw new JobberSyncError(
      "ERR_ACCOUNT_IN_USE",
      "The Jobber account is already connected to another tenant. Disconnect it there, or pass allowSharedAccount: true.",
    );
  }
}
