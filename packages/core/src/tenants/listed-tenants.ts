import { prepareSecrets } from "../signature/prepare-secrets.ts";
import { entriesOf, fingerprintsOf } from "../signature/prepared-secrets.ts";
import { accountKey, checkTenant, type KnownTenant, needsAccounts } from "./known-tenant.ts";
import type { SharedApp, Tenant } from "./tenant.ts";
import type { TenantDirectory } from "./tenant-directory.ts";

/** @throws {TypeError} if tenants are ambiguous or have unusable secrets */
export function listedTenants(
  tenants: readonly Tenant[],
  app: SharedApp | undefined,
): TenantDirectory {
  const bySlug = new Map<string, KnownTenant>();
  let most = 0;
  for (const tenant of tenants) {
    const known = checkTenant(tenant);
    if (bySlug.has(known.slug)) throw new TypeError(`Two tenants have the slug "${known.slug}".`);
    bySlug.set(known.slug, known);
    most = Math.max(most, entriesOf(known.secrets).length);
  }
  for (const known of sharing(bySlug.values(), app))
    bySlug.set(known.slug, { ...known, sharedApp: true });
  const byAccount = indexAccounts(bySlug.values(), app !== undefined);
  return {
    bySlug: (slug) => bySlug.get(slug) ?? null,
    byAccount: (accountId) => byAccount.get(accountKey(accountId)) ?? null,
    verified: (tenant) => tenant,
    mostSecrets: () => most,
    listed: [...bySlug.values()],
  };
}

/** Returns the tenants that share a secret with another tenant or with the app. */
function sharing(
  tenants: Iterable<KnownTenant>,
  app: SharedApp | undefined,
): ReadonlySet<KnownTenant> {
  const groups = new Map<string, KnownTenant[]>();
  for (const tenant of tenants) {
    for (const fingerprint of new Set(fingerprintsOf(tenant.secrets))) {
      const group = groups.get(fingerprint);
      if (group === undefined) groups.set(fingerprint, [tenant]);
      else group.push(tenant);
    }
  }
  const ofApp = new Set(app === undefined ? [] : fingerprintsOf(prepareSecrets(app.secrets)));
  const shared = new Set<KnownTenant>();
  for (const [fingerprint, group] of groups) {
    if (group.length === 1 && !ofApp.has(fingerprint)) continue;
    requireDisjoint(group);
    for (const tenant of group) shared.add(tenant);
  }
  return shared;
}

function requireDisjoint(group: readonly KnownTenant[]): void {
  const owners = new Map<string, string>();
  for (const { slug, accounts } of group) {
    if (accounts === null || accounts.size === 0) throw new TypeError(needsAccounts(slug));
    for (const account of accounts) {
      const owner = owners.get(account);
      if (owner !== undefined) {
        throw new TypeError(
          `The tenants "${owner}" and "${slug}" share a secret and an account, so their deliveries are ambiguous.`,
        );
      }
      owners.set(account, slug);
    }
  }
}

function indexAccounts(
  tenants: Iterable<KnownTenant>,
  hasAppRoute: boolean,
): ReadonlyMap<string, KnownTenant> {
  const byAccount = new Map<string, KnownTenant>();
  for (const tenant of tenants) {
    for (const account of tenant.accounts ?? []) {
      const other = byAccount.get(account);
      if (hasAppRoute && other !== undefined) {
        throw new TypeError(
          `The tenants "${other.slug}" and "${tenant.slug}" have an account in common, so deliveries on the app-level route are ambiguous.`,
        );
      }
      byAccount.set(account, tenant);
    }
  }
  return byAccount;
}
