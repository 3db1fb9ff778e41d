import { fingerprintsOf } from "../signature/prepared-secrets.ts";
import type { KnownTenant } from "./known-tenant.ts";

/** Remembers which tenants of a resolver use which secret. */
export interface SecretUsers {
  /**
   * Records that a signature verified with the secrets of `tenant`, and returns the tenant with
   * what is known about other users of these secrets: `sharedApp` and `contested`.
   */
  complete(tenant: KnownTenant): KnownTenant | Promise<KnownTenant>;
}

/** The users of one secret. */
interface Users {
  readonly slugs: Set<string>;
  /** The slug that an account was last seen with. */
  readonly accounts: Map<string, string>;
  /** When two tenants with this secret were last looked up, in ms of `performance.now`. */
  confirmedAt: number;
}

const CONFIRMED_FOR_MS = 60_000;

/**
 * Creates the memory behind the rule that tenants with a common secret need disjoint accounts.
 *
 * Tenants are recorded only after a verified signature, so unsigned requests cannot fill the
 * memory. Another user of a secret is looked up again before it counts: a tenant that was renamed,
 * removed or given a new secret no longer shares anything.
 *
 * @param appFingerprints fingerprints of the shared app's secrets, which always have several users
 */
export function createSecretUsers({
  findTenant,
  appFingerprints,
}: {
  readonly findTenant: (slug: string) => Promise<KnownTenant | null>;
  readonly appFingerprints: readonly string[];
}): SecretUsers {
  const ofApp = new Set(appFingerprints);
  const users = new Map<string, Users>();

  return {
    complete(tenant) {
      const fingerprints = fingerprintsOf(tenant.secrets);
      const sharedApp = tenant.sharedApp || fingerprints.some((print) => ofApp.has(print));
      const known = sharedApp === tenant.sharedApp ? tenant : { ...tenant, sharedApp };
      const alone = fingerprints.map((print) => record(print, tenant)).every(Boolean);
      return alone ? known : compare(known, fingerprints);
    },
  };

  /** Returns whether the tenant is the only known user of the secret. */
  function record(fingerprint: string, { slug, accounts }: KnownTenant): boolean {
    let known = users.get(fingerprint);
    if (known === undefined) {
      known = { slugs: new Set(), accounts: new Map(), confirmedAt: Number.NEGATIVE_INFINITY };
      users.set(fingerprint, known);
    }
    known.slugs.add(slug);
    for (const account of accounts ?? [])
      if (!known.accounts.has(account)) known.accounts.set(account, slug);
    return known.slugs.size === 1;
  }

  async function compare(
    tenant: KnownTenant,
    fingerprints: readonly string[],
  ): Promise<KnownTenant> {
    let { sharedApp } = tenant;
    const contested = new Set<string>();
    for (const fingerprint of fingerprints) {
      const known = users.get(fingerprint);
      if (known === undefined) continue;
      sharedApp ||= await hasOtherUser(known, fingerprint, tenant.slug);
      for (const account of tenant.accounts ?? []) {
        const owner = known.accounts.get(account) ?? tenant.slug;
        if (owner === tenant.slug) continue;
        if ((await userOf(fingerprint, owner))?.accounts?.has(account)) contested.add(account);
        else known.accounts.set(account, tenant.slug);
      }
    }
    return { ...tenant, sharedApp, contested };
  }

  async function hasOtherUser(known: Users, fingerprint: string, slug: string): Promise<boolean> {
    if (performance.now() - known.confirmedAt < CONFIRMED_FOR_MS) return true;
    for (const other of known.slugs) {
      if (other === slug) continue;
      if ((await userOf(fingerprint, other)) !== null) {
        known.confirmedAt = performance.now();
        return true;
      }
      known.slugs.delete(other);
    }
    return false;
  }

  /** Returns the tenant if it still uses the secret. */
  async function userOf(fingerprint: string, slug: string): Promise<KnownTenant | null> {
    const tenant = await findTenant(slug);
    return tenant?.slug === slug && fingerprintsOf(tenant.secrets).includes(fingerprint)
      ? tenant
      : null;
  }
}
