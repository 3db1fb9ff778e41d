import type { KnownTenant } from "./known-tenant.ts";

/** A tenant, without a promise if it is listed. */
export type Lookup = KnownTenant | null | Promise<KnownTenant | null>;

/** Finds tenants. Listed tenants are found without waiting a turn of the event loop. */
export interface TenantDirectory {
  bySlug(slug: string): Lookup;
  byAccount(accountId: string): Lookup;
  /**
   * Completes a tenant found by its slug, once a signature verified with its secrets: if another
   * tenant uses one of the secrets, only the account separates the two.
   */
  verified(tenant: KnownTenant): KnownTenant | Promise<KnownTenant>;
  /** Returns the largest number of secrets of any tenant seen so far. */
  mostSecrets(): number;
  /** All tenants if they are listed, none if they come from a resolver. */
  readonly listed: readonly KnownTenant[];
}
