import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type LifecycleEvents,
  signPayload,
  type WorkerOptions,
} from "@jobber-sync/core";
import type { FetchedRecords, RecordSource } from "@jobber-sync/core/ports";
import { fetchedClient, fetchedJob, silentLogger } from "@jobber-sync/testing";

const SECRET = "the OAuth client secret";
const TENANTS = [{ slug: "acme", secrets: SECRET }];

/** Creates a receiver and a worker in memory, with a clock that only the test moves. */
export function backend({ now: realNow, ...options }: Partial<WorkerOptions> = {}) {
  const clock = { now: Date.parse("2026-01-25T10:00:00Z") };
  const now = realNow ?? (() => clock.now);
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  const events: {
    readonly name: string;
    readonly event: LifecycleEvents[keyof LifecycleEvents];
  }[] = [];
  const record = (name: string) => (event: LifecycleEvents[keyof LifecycleEvents]) =>
    events.push({ name, event });
  const names = ["processed", "stale", "retried", "dead", "ignored", "warning"] as const;
  const hooks = Object.fromEntries(names.map((name) => [name, record(name)]));
  const shared = { tenants: TENANTS, logger: silentLogger, now };
  const { topics } = options;
  const receiver = createReceiver({ ...shared, inbox, fetchDelayMs: 0, topics });
  const worker = createWorker({
    inbox,
    store,
    tenants: TENANTS,
    hooks,
    logger: silentLogger,
    now,
    random: () => 1,
    // The test's clock does not move by itself, so a lower limit would wait in real time.
    fetchesPerSecond: 100_000,
    ...options,
  });
  return {
    clock,
    store,
    inbox,
    worker,
    events,
    async send(body: object, slug = "acme") {
      const bytes = new TextEncoder().encode(JSON.stringify(body));
      return JSON.parse(
        (
          await receiver.receive({
            tenant: slug,
            signature: signPayload(bytes, SECRET),
            body: bytes,
          })
        ).body,
      );
    },
    async states() {
      return (await inbox.list({ limit: 1000 })).map(({ state }) => state);
    },
  };
}

let second = 0;

/** Creates a notification; each call is one second later. */
export function notification(topic: string, itemId = "Mg==", fields: object = {}): object {
  second += 1;
  const occurredAt = new Date(Date.UTC(2026, 0, 25, 9, 0, second)).toISOString();
  return {
    data: {
      webHookEvent: { topic, appId: "app", accountId: "MQ==", itemId, occurredAt, ...fields },
    },
  };
}

/** Creates the records a source returns for a job and its client. */
export function found(
  jobberJobId: string,
  title: string,
  // Later than any notification.
  sourceUpdatedAt = "2026-02-01T00:00:00Z",
): FetchedRecords {
  return {
    jobs: [fetchedJob(jobberJobId, { sourceUpdatedAt, title, jobberClientId: "client" })],
    contacts: [fetchedClient("client", { sourceUpdatedAt, name: "John Doe" })],
  };
}

/** Creates a source that returns `response` and records its calls. */
export function sourceOf(response: (type: string, id: string) => FetchedRecords | null) {
  const fetched: string[] = [];
  const source: RecordSource = {
    async fetch(tenant, type, id) {
      fetched.push(`${tenant} ${type} ${id}`);
      return response(type, id);
    },
  };
  return { fetched, source };
}
