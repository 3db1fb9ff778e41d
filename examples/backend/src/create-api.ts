import { createJobberApi, type JobberApi } from "@jobber-sync/api";
import { createMemoryTokenStore, encryptTokens } from "@jobber-sync/core";
import type { Inbox, Lease, TokenStore } from "@jobber-sync/core/ports";
import type { ApiSettings } from "./read-settings.ts";

/** Options for {@link createApi}, beside the settings of the Jobber app. */
export interface ApiParts {
  readonly inbox: Inbox;
  /**
   * Stores the tenants' tokens, already encrypted.
   *
   * @default in memory: tenants have to connect again after a restart
   */
  readonly tokens?: TokenStore | undefined;
  /** Makes sure that only one of the processes that share the tokens refreshes them. */
  readonly lease?: Lease | undefined;
}

// The version of Jobber's API that this library is written against.
const VERSION = "2026-07-27";

/** Creates the source from which the worker reads the records that Jobber's webhooks name. */
export function createApi(
  { clientId, clientSecret, endpoint, tokenKey }: ApiSettings,
  { inbox, tokens = createMemoryTokenStore(), lease }: ApiParts,
): JobberApi {
  return createJobberApi({
    clientId,
    clientSecret,
    endpoint,
    version: VERSION,
    tokens: encryptTokens(tokens, [tokenKey]),
    lease,
    hooks: {
      // Deliveries that arrived while the tenant was not connected are kept; process them now.
      connected: ({ tenant }) => {
        Promise.all([inbox.resume(tenant), inbox.replay({ tenant, states: ["unresolved"] })]).catch(
          (error: unknown) =>
            console.error(`${tenant}: could not resume the waiting deliveries:`, error),
        );
      },
      needsReauth: ({ tenant }) => console.warn(`${tenant} must connect to Jobber again`),
      disconnected: ({ tenant }) => console.warn(`${tenant} disconnected the app`),
    },
  });
}
