import type { Secrets } from "../signature/prepare-secrets.ts";

/** One customer of yours, with a route of its own: `POST /webhooks/jobber/<slug>`. */
export interface Tenant {
  /** Names the tenant in the URL and in every stored row. */
  readonly slug: string;
  /** The OAuth client secret of the Jobber app whose webhooks come here (F1.4). */
  readonly secrets: Secrets;
  /** The Jobber accounts whose events are this tenant's. Without them every account's are. A trailing `=` makes no difference. */
  readonly accountIds?: readonly string[];
  /**
   * Other tenants are signed for with the same secret. The account is then the only border between them: `accountIds` must be given.
   * For resolvers; of listed tenants it is found out.
   */
  readonly sharedApp?: boolean;
}

type Found = Tenant | null | undefined;

/** Tenants that live somewhere else, say in a database. Called once per delivery; cache where that is too often. */
export interface TenantResolver {
  /** The tenant of a URL. The slug is the sender's: anything may stand there. */
  resolve(slug: string): Found | Promise<Found>;
  /** The tenant of a Jobber account, for the app-level route. Called after the signature was verified. */
  resolveAccount?(accountId: string): Found | Promise<Found>;
}

/** All tenants, or how to find one. */
export type Tenants = readonly Tenant[] | TenantResolver;

/** One Jobber app shared by many accounts: opens `POST /webhooks/jobber`, where the account names the tenant. */
export interface SharedApp {
  /** The app's OAuth client secret. Only these are tried on that route. */
  readonly secrets: Secrets;
}
