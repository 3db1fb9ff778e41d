import { createJobberApi, type JobberApi } from "@jobber-sync/api";
import { createMemoryTokenStore, encryptTokens } from "@jobber-sync/core";
import type { Inbox, Lease, TokenStore } from "@jobber-sync/core/ports";
import type { ApiSettings } from "./read-settings.ts";

/** What a connection to Jobber leans on. */
export interface ApiParts {
  readonly inbox: Inbox;
  /** Where the tenants' tokens are; they are encrypted before they get there. @default memory: everybody connects again after a restart */
  readonly tokens?: TokenStore | undefined;
  /** Shared by all processes that use the tokens. */
  readonly lease?: Lease | undefined;
}

// The API version that this library was written for.
const VERSION = "2026-07-27";

/** The source that the records behind Jobber's own webhooks are read from. */
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
      // What waited for the connection is worked on now; nothing that arrived meanwhile is lost.
      connected: ({ tenant }) => {
        Promise.all([inbox.resume(tenant), inbox.replay({ tenant, states: ["unresolved"] })]).catch(
          (error: unknown) => console.error(`${tenant}: could not wake what waited:`, error),
        );
      },
      needsReauth: ({ tenant }) => console.warn(`${tenant} has to connect to Jobber again`),
      disconnected: ({ tenant }) => console.warn(`${tenant} has disconnected the app`),
    },
  });
}
