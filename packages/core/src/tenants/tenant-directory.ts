import { JobberSyncError } from "../errors.ts";
import { PreparedSecrets, prepareSecrets } from "../signature/prepare-secrets.ts";
import type { SharedApp, Tenant, TenantResolver, Tenants } from "./tenant.ts";

/** A tenant that was checked and is ready to use. */
export interface KnownTenant {
  readonly slug: string;
  readonly secrets: PreparedSecrets;
  /** `null`: every account is this tenant's. */
  readonly accounts: ReadonlySet<string> | null;
  readonly sharedApp: boolean;
}

/** The tenant, at once where it is listed. */
export type Lookup = KnownTenant | null | Promise<KnownTenant | null>;

/** Finds tenants. Responses at once where it can, so that a listed tenant costs no turn of the event loop. */
export interface TenantDirectory {
  bySlug(slug: string): Lookup;
  byAccount(accountId: string): Lookup;
  /** The most secrets that a tenant has, as far as known. */
  mostSecrets(): number;
  /** The tenants that are known beforehand; none behind a resolver. */
  readonly listed: readonly KnownTenant[];
}

const MAX_SLUG_LENGTH = 255;

/** @throws {TypeError} when the listed tenants contradict one another or have unusable secrets */
export function createTenantDirectory(
  tenants: Tenants,
  app: SharedApp | undefined,
): TenantDirectory {
  return Array.isArray(tenants) ? listed(tenants, app) : resolved(tenants as TenantResolver);
}

/** Whether the account's events are this tenant's. */
export function ownsAccount(tenant: KnownTenant, accountId: string): boolean {
  return tenant.accounts === null || tenant.accounts.has(accountKey(accountId));
}

function listed(tenants: readonly Tenant[], app: SharedApp | undefined): TenantDirectory {
  const bySlug = new Map<string, KnownTenant>();
  const byAccount = new Map<string, KnownTenant>();
  const holders = new Map<string, KnownTenant[]>();
  for (const tenant of tenants) {
    const known = checkTenant(tenant);
    if (bySlug.has(known.slug)) throw new TypeError(`Two tenants have the slug "${known.slug}".`);
    bySlug.set(known.slug, known);
    for (const fingerprint of new Set(PreparedSecrets.fingerprintsOf(known.secrets))) {
      holders.set(fingerprint, [...(holders.get(fingerprint) ?? []), known]);
    }
  }
  const appFingerprints = new Set(
    app === undefined ? [] : PreparedSecrets.fingerprintsOf(prepareSecrets(app.secrets)),
  );
  const shared = new Set<KnownTenant>();
  for (const [fingerprint, group] of holders) {
    if (group.length === 1 && !appFingerprints.has(fingerprint)) continue;
    requireDisjoint(group);
    for (const tenant of group) shared.add(tenant);
  }
  for (const known of bySlug.values()) {
    const tenant = shared.has(known) ? { ...known, sharedApp: true } : known;
    bySlug.set(tenant.slug, tenant);
    for (const account of tenant.accounts ?? []) {
      const other = byAccount.get(account);
      if (app !== undefined && other !== undefined) {
        throw new TypeError(
          `The tenants "${other.slug}" and "${tenant.slug}" have an account in common: the app-level route could not tell them apart.`,
        );
      }
      byAccount.set(account, tenant);
    }
  }
  const most = Math.max(
    0,
    ...[...bySlug.values()].map(({ secrets }) => PreparedSecrets.countOf(secrets)),
  );
  return {
    bySlug: (slug) => bySlug.get(slug) ?? null,
    byAccount: (accountId) => byAccount.get(accountKey(accountId)) ?? null,
    mostSecrets: () => most,
    listed: [...bySlug.values()],
  };
}

function resolved(resolver: TenantResolver): TenantDirectory {
  if (typeof resolver?.resolve !== "function") {
    throw new TypeError(
      "tenants must be a list of { slug, secrets } or an object with resolve(slug).",
    );
  }
  let most = 0;
  const check = (tenant: Tenant | null | undefined): KnownTenant | null => {
    if (tenant === null || tenant === undefined) return null;
    try {
      const known = checkTenant(tenant);
      most = Math.max(most, PreparedSecrets.countOf(known.secrets));
      return known;
    } catch (error) {
      // Our own words, which name the tenant: for the log, not for the sender.
      const why = error instanceof Error ? error.message : "";
      throw new JobberSyncError(
        "ERR_TENANT_LOOKUP",
        `The tenant resolver returned a tenant that cannot be used. ${why}`,
        { cause: error, expose: false },
      );
    }
  };
  return {
    bySlug: async (slug) =>
      slug.length > MAX_SLUG_LENGTH ? null : check(await resolver.resolve(slug)),
    byAccount: async (accountId) => check(await resolver.resolveAccount?.(accountId)),
    mostSecrets: () => most,
    listed: [],
  };
}

function checkTenant(tenant: Tenant): KnownTenant {
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

function prepare(slug: string, secrets: Tenant["secrets"]): PreparedSecrets {
  try {
    return prepareSecrets(secrets);
  } catch (error) {
    throw new TypeError(
      `Tenant "${slug}": ${error instanceof Error ? error.message : "unusable secrets"}`,
    );
  }
}

function requireDisjoint(group: readonly KnownTenant[]): void {
  const owners = new Map<string, string>();
  for (const { slug, accounts } of group) {
    if (accounts === null || accounts.size === 0) throw new TypeError(needsAccounts(slug));
    for (const account of accounts) {
      const owner = owners.get(account);
      if (owner !== undefined) {
        throw new TypeError(
          `The tenants "${owner}" and "${slug}" share a secret and an account: nothing would keep them apart.`,
        );
      }
      owners.set(account, slug);
    }
  }
}

function needsAccounts(slug: string): string {
  return `Tenant "${slug}" shares its secret: give it the accountIds that are its own, nothing else keeps the tenants apart.`;
}

/** Padded and unpadded copies of the same id circulate (F4). */
function accountKey(accountId: string): string {
  return accountId.replace(/=+$/, "");
}
