import type { Tenant, TenantResolver } from "@jobber-sync/core";
import type { TokenStore } from "@jobber-sync/core/ports";

/** A tenant of `createJobberSync`. */
export interface SyncTenant {
  /** Names the tenant in the URL and in every stored row. */
  readonly slug: string;
  /** The secrets its webhooks are signed with. @default the app's client secret */
  readonly secrets?: Tenant["secrets"] | undefined;
  /** The accounts it may be connected to. @default the account of its connection */
  readonly accountIds?: readonly string[] | undefined;
}

/** Dependencies of {@link createConnectedTenants}. */
export interface ConnectedTenantsOptions {
  /** The connections; only account ids are read, so no key is needed. */
  readonly connections: Pick<TokenStore, "read" | "tenants">;
  /** The secret of the app, for tenants without secrets of their own. */
  readonly clientSecret: string;
  /** `null`: every connected account is a tenant of its own. */
  readonly listed: readonly SyncTenant[] | null;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Finds tenants by slug and by connected account. */
export interface ConnectedTenants extends TenantResolver {
  /** The tenants that exist: the listed ones, or every connected one. */
  slugs(): Promise<readonly string[]>;
  /** The accounts a tenant may be connected to; `null` for any. */
  allowedAccounts(tenant: string): Promise<readonly string[] | null>;
  /** Forgets what is cached: call it after a tenant was connected or disconnected. */
  refresh(): void;
}

// A connection made by another process is seen after this time at the latest. A delivery of an
// unknown tenant or account rereads the connections at once, but at most once per REREAD_MS:
// senders choose slugs.
const REFRESH_MS = 30_000;
const REREAD_MS = 1000;

/**
 * Creates the tenants whose accounts come from their connections: a tenant owns the account it is
 * connected to, and none before it is connected.
 */
export function createConnectedTenants(options: ConnectedTenantsOptions): ConnectedTenants {
  const { clientSecret, listed } = options;
  const bySlug = listed === null ? null : new Map(listed.map((tenant) => [tenant.slug, tenant]));
  const accounts = createAccountCache(options);

  function tenantOf(slug: string, accountId: string | undefined): Tenant | null {
    const own = bySlug?.get(slug);
    if (own === undefined) {
      const exists = bySlug === null && accountId !== undefined;
      return exists ? { slug, secrets: clientSecret, accountIds: [accountId] } : null;
    }
    const { secrets = clientSecret, accountIds } = own;
    if (accountIds !== undefined) return { slug, secrets, accountIds };
    if (accountId !== undefined) return { slug, secrets, accountIds: [accountId] };
    // With a secret of its own a tenant needs no account: it may receive snapshots only.
    return own.secrets === undefined ? { slug, secrets, accountIds: [] } : { slug, secrets };
  }

  function slugOf(connected: ReadonlyMap<string, string>, accountId: string): string | null {
    const owns = ({ accountIds }: SyncTenant) => accountIds?.some((id) => sameId(id, accountId));
    const pinned = listed?.find(owns);
    if (pinned !== undefined) return pinned.slug;
    for (const [slug, id] of connected) {
      if (sameId(id, accountId) && (bySlug === null || bySlug.has(slug))) return slug;
    }
    return null;
  }

  return {
    async resolve(slug) {
      if (bySlug !== null && !bySlug.has(slug)) return null;
      const known = (await accounts.current()).get(slug);
      return tenantOf(slug, known ?? (await accounts.reread()).get(slug));
    },

    async resolveAccount(accountId) {
      const known = await accounts.current();
      const slug = slugOf(known, accountId);
      if (slug !== null) return tenantOf(slug, known.get(slug));
      const reread = await accounts.reread();
      const found = slugOf(reread, accountId);
      return found === null ? null : tenantOf(found, reread.get(found));
    },

    async slugs() {
      return bySlug === null ? [...(await accounts.reread()).keys()] : [...bySlug.keys()];
    },

    async allowedAccounts(tenant) {
      return bySlug?.get(tenant)?.accountIds ?? null;
    },

    refresh: accounts.forget,
  };
}

/** The account of each connected tenant. */
type Accounts = ReadonlyMap<string, string>;

/**
 * Creates the cache of accounts. A read that fails keeps what was cached and rejects only where
 * nothing was.
 */
function createAccountCache({ connections, now }: ConnectedTenantsOptions) {
  let cached: Accounts | null = null;
  let reading: Promise<Accounts> | null = null;
  let readAt = Number.NEGATIVE_INFINITY;

  const age = () => Math.abs(now() - readAt);

  function read(): Promise<Accounts> {
    reading ??= readAccounts(connections)
      .then((accounts) => {
        cached = accounts;
        readAt = now();
        return accounts;
      })
      .finally(() => {
        reading = null;
      });
    return reading;
  }

  return {
    /** Returns the cached accounts, refreshing them in the background once they are old. */
    async current(): Promise<Accounts> {
      if (cached === null) return read();
      if (age() > REFRESH_MS) read().catch(() => {});
      return cached;
    },

    /** Returns accounts no older than REREAD_MS. */
    async reread(): Promise<Accounts> {
      return cached === null || age() > REREAD_MS ? read() : cached;
    },

    forget(): void {
      cached = null;
    },
  };
}

async function readAccounts(
  connections: ConnectedTenantsOptions["connections"],
): Promise<Accounts> {
  const slugs = await connections.tenants();
  const rows = await Promise.all(slugs.map((slug) => connections.read(slug)));
  return new Map(
    rows.flatMap((row) =>
      row === null || row.state === "disconnected" ? [] : [[row.tenant, row.accountId] as const],
    ),
  );
}

/** Jobber's ids occur with and without base64 padding: see docs/jobber-facts.md#encoded-ids. */
function sameId(a: string, b: string): boolean {
  return a.replace(/=+$/, "") === b.replace(/=+$/, "");
}
