import {
  buildSubmission,
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  ERROR_CODES,
  type ErrorCode,
  type Instant,
  isJobberSyncError,
  type JobberEvent,
  JobberSyncError,
  type JobStatus,
  LIFECYCLE_NAMES,
  type LifecycleHooks,
  mapJobStatus,
  type PreparedSecrets,
  parseEvent,
  prepareSecrets,
  type ReceiverResponse,
  type Tenant,
  topicTraits,
} from "@jobber-sync/core";
import { expectType } from "../support/expect-type.ts";

const inbox = createMemoryInbox();
const store = createMemoryStore();
const tenants: Tenant[] = [{ slug: "acme", secrets: "the OAuth client secret" }];
const bytes = new Uint8Array();

// Receiver options: every optional input accepts undefined.
const receiver = createReceiver({
  tenants,
  inbox,
  app: undefined,
  topics: undefined,
  maxBodyBytes: undefined,
  maxUnreadBytes: undefined,
  maxInFlight: undefined,
  deadlineMs: undefined,
  retryAfterSeconds: undefined,
  development: undefined,
  hooks: undefined,
  logger: undefined,
  now: undefined,
});
createReceiver({ tenants, store, source: undefined, on: undefined, statusOverrides: undefined });
createReceiver({ tenants, inbox, topics: "all" });
createReceiver({ tenants, inbox, topics: ["JOB_CREATE", "SOMETHING_NEW"] });
createReceiver({
  tenants: {
    resolve: (slug) => ({ slug, secrets: "s", accountIds: undefined, sharedApp: undefined }),
  },
  inbox,
});
createReceiver({ tenants: { resolve: async () => null, resolveAccount: () => undefined }, inbox });
// @ts-expect-error: an inbox or a store is needed
createReceiver({ tenants });
// @ts-expect-error: not both
createReceiver({ tenants, inbox, store });
// @ts-expect-error: handlers belong to the worker
createReceiver({ tenants, inbox, on: {} });
// @ts-expect-error: a misspelled selection
createReceiver({ tenants, inbox, topics: "none" });
// @ts-expect-error: a tenant has secrets
createReceiver({ tenants: [{ slug: "acme" }], inbox });
// @ts-expect-error: a number
createReceiver({ tenants, inbox, deadlineMs: "800" });

// Requests and responses.
receiver.handle({ method: "POST", headers: {}, body: bytes }).then(expectType<ReceiverResponse>());
receiver.handle({ method: "POST", tenant: undefined, headers: new Headers(), body: bytes });
receiver
  .receive({ signature: ["a"], body: bytes })
  .then(({ status }) => expectType<number>()(status));
// @ts-expect-error: the body is bytes or a reader
receiver.handle({ method: "POST", headers: {}, body: "text" });
// @ts-expect-error: a signature is needed to verify
receiver.receive({ tenant: "acme", body: bytes });

// Hooks.
const hooks: LifecycleHooks = {
  accepted: undefined,
  rejected: async ({ code, error }) => {
    expectType<ErrorCode>()(code);
    expectType<JobberSyncError | null>()(error);
  },
  quarantined: ({ tenant, secret }) => {
    expectType<string>()(tenant);
    expectType<string | number>()(secret);
  },
};
createReceiver({ tenants, inbox, hooks });
for (const name of LIFECYCLE_NAMES) if (name === "accepted") expectType<"accepted">()(name);
// @ts-expect-error: a misspelled hook
createReceiver({ tenants, inbox, hooks: { acepted: () => {} } });
// @ts-expect-error: an accepted delivery has no error code
createReceiver({ tenants, inbox, hooks: { accepted: ({ code }) => console.log(code) } });

// Events.
const event = parseEvent(bytes, { receivedAt: undefined });
expectType<JobberEvent>()(event);
if (event.kind === "notification") {
  expectType<Instant | null>()(event.occurredAt);
  // @ts-expect-error: a notification contains only ids
  event.data;
} else if (event.event === "client.updated") {
  expectType<string | null | undefined>()(event.data.first_name);
  // @ts-expect-error: a client has no title
  event.data.title;
} else if (event.event === "job.deleted") expectType<number | null | undefined>()(event.data.total);
// @ts-expect-error: bytes, not a parsed body
parseEvent({});

// Submissions and statuses.
expectType<"jobber" | undefined>()(buildSubmission(event, { job: undefined })?.channel);
expectType<JobStatus | null>()(mapJobStatus("late", { completedAt: undefined }).status);
mapJobStatus("late", { overrides: { late: "on_hold" } });
mapJobStatus("late", { overrides: (status) => (status === "late" ? "on_hold" : undefined) });
// @ts-expect-error: not a status of this library
mapJobStatus("late", { overrides: { late: "delayed" } });
// @ts-expect-error: not a status of this library
mapJobStatus("late", { overrides: () => "delayed" });
expectType<ReturnType<typeof topicTraits>["objectType"]>()(topicTraits("ANY_TOPIC").objectType);

// Errors.
const error: unknown = new JobberSyncError("ERR_STORE", "disk gone", {
  cause: undefined,
  retryAfterMs: undefined,
  retryable: undefined,
  expose: undefined,
});
if (isJobberSyncError(error)) expectType<ErrorCode>()(error.code);
expectType<number>()(ERROR_CODES.ERR_STORE.status);
// @ts-expect-error: the set of codes is closed
new JobberSyncError("ERR_SOMETHING", "");
// @ts-expect-error: a message may be hidden, not exposed
new JobberSyncError("ERR_STORE", "", { expose: true });

// Prepared secrets are opaque.
const prepared: PreparedSecrets = prepareSecrets("the OAuth client secret", {
  allowUntrimmed: undefined,
});
// @ts-expect-error: nothing leads to the keys
prepared.entries;
// @ts-expect-error: only prepareSecrets creates them
({}) satisfies PreparedSecrets;
