// Checked by the type checker, never run.
import {
  type AuthorizeUrlOptions,
  createJobberApi,
  createReconciler,
  type Document,
  defineDocument,
  type JobberApiOptions,
  type ReconcilerOptions,
  type RequestOptions,
  type TokenGrant,
} from "@jobber-sync/api";
import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";

declare const options: JobberApiOptions;
declare const grant: TokenGrant;
declare const signal: AbortSignal;
const api = createJobberApi(options);

// Optional options accept undefined, as exactOptionalPropertyTypes users pass it.
createJobberApi({ ...options, endpoint: undefined, hooks: undefined, now: undefined });
createJobberApi({ ...options, hooks: { connected: undefined, throttled: undefined } });
const request: RequestOptions = { signal: undefined, reservedPoints: undefined };
const authorize: AuthorizeUrlOptions = { clientId: "", redirectUri: "", endpoint: undefined };

// Hooks may be synchronous or async, and know their event.
createJobberApi({
  ...options,
  hooks: {
    connected: async ({ tenant }) => tenant.length,
    needsReauth: ({ reason }) => {
      const known: "refresh_rejected" | "key_lost" = reason;
      return void known;
    },
    missingPermission: ({ hidden }) => void hidden.join(", "),
    throttled: ({ retryAfterMs }) => void retryAfterMs.toFixed(),
    version: ({ asked, answered }) => void [asked, answered?.length],
  },
});
// @ts-expect-error a hook that does not exist
createJobberApi({ ...options, hooks: { reconnected: () => {} } });
// @ts-expect-error `connected` has no reason
createJobberApi({ ...options, hooks: { connected: ({ reason }) => void reason } });
// @ts-expect-error the version is required
createJobberApi({ tokens: options.tokens, clientId: "", clientSecret: "" });
// @ts-expect-error durations are numbers
createJobberApi({ ...options, timeoutMs: "15s" });

// A document carries the types of its variables and its response.
const TITLE = defineDocument<{ job: { title: string } | null }, { id: string }>("query …");
const title: Promise<{ job: { title: string } | null }> = api.request("acme", TITLE, { id: "1" });
// @ts-expect-error the variable is missing
void api.request("acme", TITLE, {});
// @ts-expect-error the variable is a string
void api.request("acme", TITLE, { id: 1 });
// @ts-expect-error the response has no total
void api.request("acme", TITLE, { id: "1" }).then(({ job }) => job?.total);
// @ts-expect-error a document of other variables
const other: Document<unknown, { first: number }> = TITLE;

// Fetching and connecting.
void api.fetch("acme", "visit", "1", { signal });
// @ts-expect-error an object type without records
void api.fetch("acme", "invoice", "1", { signal });
// @ts-expect-error the signal is required
void api.fetch("acme", "job", "1");
void api.connect("acme", grant, { accountIds: undefined, replaceAccount: true });
// @ts-expect-error the account is an option
void api.connect("acme", grant, "account");

// The reconciler accepts anything that fetches and requests.
declare const reconcilerOptions: ReconcilerOptions;
const { fetch, request: send } = api;
const reconciler = createReconciler({
  ...reconcilerOptions,
  api: { fetch, request: send },
  lease: undefined,
  maxMissing: undefined,
  tenants: async () => ["acme"],
  hooks: {
    progress: ({ type, done, total }) => void [type satisfies "client" | "job", done, total],
    refused: ({ missing, stored }) => void (missing / stored),
    silent: undefined,
  },
});
createReconciler({ ...reconcilerOptions, tenants: ["acme"] });
// @ts-expect-error the cursor store is required
createReconciler({ api, store: reconcilerOptions.store });
// @ts-expect-error tenants are slugs
createReconciler({ ...reconcilerOptions, tenants: [{ slug: "acme" }] });
// @ts-expect-error a hook that does not exist
createReconciler({ ...reconcilerOptions, hooks: { finished: () => {} } });
void reconciler.reconcile("acme", { full: true, signal: undefined, onProgress: undefined });
void reconciler.reconcile("acme").then(({ jobs, webhooks }) => jobs.unreadable + webhooks.missed);
// @ts-expect-error reports are read-only
void reconciler.reconcile("acme").then((report) => (report.ran = true));
void reconciler.stop({ graceMs: undefined });
const soon: Promise<void> = reconciler.soon("acme");

void [request, authorize, title, other, soon];

// The types of `extra` reach fetched records, and the handlers of a worker with this source.
interface Extras {
  readonly job: { readonly visits: { readonly nodes: readonly { readonly id: string }[] } };
  readonly client: { readonly tags: readonly string[] };
}
const typed = createJobberApi<Extras>({ ...options, extra: { job: "visits", client: undefined } });
async function readExtra() {
  const records = await typed.fetch("acme", "job", "1", { signal });
  records?.jobs[0]?.fields.extra?.visits.nodes[0]?.id satisfies string | undefined;
  records?.contacts[0]?.fields.extra?.tags satisfies readonly string[] | undefined;
  // @ts-expect-error not selected
  records?.jobs[0]?.fields.extra?.title;
}
createWorker({
  inbox: createMemoryInbox(),
  store: createMemoryStore(),
  source: typed,
  snapshotExtra: { job: ["custom_fields"], client: undefined },
  on: {
    "job.updated": ({ records }) => void records?.jobs[0]?.fields.extra?.visits.nodes.length,
    // @ts-expect-error a selection of jobs
    "client.updated": ({ records }) => void records?.contacts[0]?.fields.extra?.visits,
  },
});
void readExtra;
// @ts-expect-error a record type without extra
createJobberApi({ ...options, extra: { visit: "title" } });
