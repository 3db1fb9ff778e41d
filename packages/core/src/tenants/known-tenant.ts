import { prepareSecrets } from "../signature/prepare-secrets.ts";
import type { PreparedSecrets } from "../signature/prepared-secrets.ts";
import type { Tenant } from "./tenant.ts";

/** A validated tenant. */
export interface KnownTenant {
  readonly slug: string;
  readonly secrets: PreparedSecrets;
  /** Keys of the tenant's accounts, see {@link accountKey}. `null`: all accounts belong to it. */
  readonly accounts: ReadonlySet<string> | null;
  /** Whether another tenant has one of the secrets, so that only the account separates the two. */
  readonly sharedApp: boolean;
  /** Accounts that a tenant with the same secret lists as well. */
  readonly contested?: ReadonlySet<string> | undefined;
}

/** Length of the longest slug, in characters. */
export const MAX_SLUG_LENGTH = 255;

/** @throws {TypeError} if the tenant is incomplete or its secrets are unusable */
export function checkTenant(tenant: Tenant): KnownTenant {
  const { slug, secrets, accountIds, sharedApp = false } = tenant;
  if (typeof slug !== "string" || slug === "" || slug.length > MAX_SLUG_LENGTH) {
    throw new TypeError(`A tenant's slug must be text of 1 to ${MAX_SLUG_LENGTH} characters.`);
  }
  if (
    accountIds !== undefined &&
    !(Array.isArray(accountIds) && accountIds.every((id) => typeof id === "string" && id !== ""))
  ) {
    throw new TypeError(`The accountIds of tenant "${slug}" must be a list of non-empty strings.`);
  }
  const accounts = accountIds === undefined ? null : new Set(accountIds.map(accountKey));
  if (sharedApp && accounts === null) throw new TypeError(needsAccounts(slug));
  return { slug, secrets: prepare(slug, secrets), accounts, sharedApp };
}

/** Returns whether the account's events belong to the tenant. */
export function ownsAccount({ accounts, contested }: KnownTenant, accountId: string): boolean {
  const key = accountKey(accountId);
  return (accounts === null || accounts.has(key)) && contested?.has(key) !== true;
}

/** Returns the id to compare accounts by: padded and unpadded copies of one id circulate. */
export function accountKey(accountId: string): string {
  return accountId.replace(/=+$/, "");
}

/** Returns the message about a tenant that shares its secret and lists no accounts. */
export function needsAccounts(slug: string): string {
  return `Tenant "${slug}" shares its secret with another tenant: list its accountIds, because only the account separates them.`;
}

function prepare(slug: string, secrets: Tenant["secrets"]): PreparedSecrets {
  try {
    return prepareSecrets(secrets);
  } catch (error) {
    throw new TypeError(
      `Tenant "${slug}": ${error instanceof Error ? error.message : "unusable secrets"}`,
    );
  }
}
