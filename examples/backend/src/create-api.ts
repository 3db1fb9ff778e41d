import { createJobberApi, type JobberApi } from "@jobber-sync/api";
import { createMemoryTokenStore, type Inbox } from "@jobber-sync/core";
import type { ApiSettings } from "./read-settings.ts";

// The API version that this library was written for.
const VERSION = "2026-07-27";

/** The source that the records behind Jobber's own webhooks are read from. */
export function createApi({ clientId, clientSecret, endpoint }: ApiSettings, inbox: Inbox): JobberApi {
  return createJobberApi({
    clientId,
    clientSecret,
    endpoint,
    version: VERSION,
    tokens: createMemoryTokenStore(),
    hooks: {
      // What waited for the connection is worked on now; nothing that arrived meanwhile is lost.
      connected: ({ clientSlug }) => {
        Promise.all([inbox.resume(clientSlug), inbox.replay({ clientSlug, states: ["unresolved"] })]).catch(
          (error: unknown) => console.error(`${clientSlug}: could not wake what waited:`, error),
        );
      },
      needsReauth: ({ clientSlug }) => console.warn(`${clientSlug} has to connect to Jobber again`),
      disconnected: ({ clientSlug }) => console.warn(`${clientSlug} has disconnected the app`),
    },
  });
}
