import type { Secrets } from "../signature/prepare-secrets.ts";

/** One of your customers, with a route of its own: `POST /webhooks/jobber/<slug>`. */
export interface Tenant {
  /** Names the tenant in the URL and in every stored row. 1 to 255 characters. */
  readonly slug: string;
  /**
   * The OAuth client secret of the Jobber app that sends the tenant's webhooks, see
   * docs/jobber-facts.md#signature.
   */
  readonly secrets: Secrets;
  /**
   * The Jobber accounts whose events belong to this tenant. Without them, all accounts do; tenants
   * that share a secret must list theirs. A trailing `=` makes no difference.
   */
  readonly accountIds?: readonly string[] | undefined;
  /**
   * Declares that other tenants share the secret, so that only the account separates them and
   * `accountIds` is required. For resolvers: among listed tenants, shared secrets are detected.
   */
  readonly sharedApp?: boolean | undefined;
}

type Found = Tenant | null | undefined;

/**
 * Finds tenants that live elsewhere, such as in a database. Called once per delivery; cache if that
 * is too often.
 */
export interface TenantResolver {
  /** Returns the tenant of a URL. The slug comes from the sender and may contain anything. */
  resolve(slug: string): Found | Promise<Found>;
  /** Returns the tenant of a Jobber account, for the app-level route. Called after verification. */
  resolveAccount?(accountId: string): Found | Promise<Found>;
}

/** All tenants, or an object that finds them. */
export type Tenants = readonly Tenant[] | TenantResolver;

/**
 * A Jobber app shared by many accounts. It opens the route `POST /webhooks/jobber`, where the
 * account determines the tenant.
 */
export interface SharedApp {
  /** The app's OAuth client secret: the only secret tried on that route. */
  readonly secrets: Secrets;
}
