import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  JobberSyncError,
  type Tenant,
  type WorkerOptions,
} from "@jobber-sync/core";
import type { IncomingDelivery, RecordSource } from "@jobber-sync/core/ports";
import { fetchedJob, notificationPayload, signedRequest, silentLogger } from "@jobber-sync/testing";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runDeliveriesCommand } from "../src/run-deliveries-command.ts";
import { runCommand } from "./support/run-command.ts";

const NOW = Date.parse("2026-01-25T10:00:00Z");

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

async function inboxWith(...states: readonly IncomingDelivery["state"][]) {
  const inbox = createMemoryInbox({ now: () => NOW });
  for (const [index, state] of states.entries()) {
    await inbox.accept({
      tenant: index === 0 ? "acme" : "globex",
      objectType: "job",
      objectId: `job-${index}`,
      deliveryKey: `key-${index}`,
      topic: "JOB_UPDATE",
      body: new TextEncoder().encode("customer data"),
      receivedAt: NOW,
      state,
      reason: state === "quarantined" ? "ERR_EVENT_INVALID" : null,
    });
  }
  return inbox;
}

test("list shows the deliveries that are not done, without bodies", async () => {
  const output = await runCommand(await inboxWith("waiting", "quarantined"), "list");
  expect(output).toContain("database never-opened.db");
  expect(output).toMatch(/waiting +- +acme +JOB_UPDATE +job-0 +2026-01-25/);
  expect(output).toMatch(/quarantined +ERR_EVENT_INVALID +globex/);
  expect(output).not.toContain("customer data");
});

test("list filters by state, tenant, topic and number", async () => {
  const inbox = await inboxWith("waiting", "quarantined", "quarantined");
  expect(await runCommand(inbox, "list", "--state", "dead")).toContain("none");
  expect(await runCommand(inbox, "list", "--tenant", "acme")).not.toContain("globex");
  expect(await runCommand(inbox, "list", "--topic", "CLIENT_UPDATE")).toContain("none");
  const first = await runCommand(inbox, "list", "--limit", "1");
  expect(first).not.toContain("job-1");
  expect(first).toContain("… and more. These are the oldest 1;");
  expect(await runCommand(inbox, "list", "3")).toMatch(/^3 .*job-2/m);
});

test("list says when there are more deliveries than it shows", async () => {
  const inbox = await inboxWith(...Array.from({ length: 101 }, () => "quarantined" as const));
  const cut = await runCommand(inbox, "list");
  expect(cut).toMatch(
    /^100 .*\n… and more\. These are the oldest 100; use --limit to show more\.$/m,
  );
  expect(cut).not.toContain("job-100");
  const whole = await runCommand(inbox, "list", "--limit", "101");
  expect(whole).toContain("job-100");
  expect(whole).not.toContain("and more");
});

test("replay has no default limit", async () => {
  const inbox = await inboxWith(...Array.from({ length: 101 }, () => "quarantined" as const));
  expect(await runCommand(inbox, "replay")).toContain("101 requeued");
});

test("replay requeues only the deliveries named by number", async () => {
  const inbox = await inboxWith("quarantined", "quarantined");
  expect(await runCommand(inbox, "replay", "2")).toContain("1 requeued");
  expect(await inbox.list({ states: ["waiting"] })).toMatchObject([{ sequence: 2 }]);
});

test("redrive requeues dead letters only", async () => {
  expect(await runCommand(await inboxWith("quarantined"), "redrive")).toContain("0 requeued");
});

test("purge prints the numbers of erased bodies and deleted deliveries", async () => {
  expect(await runCommand(await inboxWith(), "purge")).toContain(
    "0 bodies erased, 0 deliveries deleted",
  );
});

test.each([
  [["remove"]],
  [[]],
  [["list", "--colour", "red"]],
  [["list", "--state", "lost"]],
  [["replay", "x"]],
  [["list", "--limit", "-1"]],
])("%j prints the usage and exits with 2", async (args) => {
  expect(await runCommand(await inboxWith(), ...args)).toContain("npm run deliveries -- replay");
  expect(process.exitCode).toBe(2);
});

test("a database that cannot be opened is reported in one line with its code", async () => {
  vi.stubEnv("JOBBER_SYNC_DB", "never-opened.db");
  const logged = vi.spyOn(console, "error").mockReturnValue(undefined);
  await runDeliveriesCommand(["list"], () => {
    throw new JobberSyncError("ERR_STORE_OPEN", "The folder does not exist. Create it first.");
  });
  expect(logged.mock.calls).toEqual([
    ["ERR_STORE_OPEN: The folder does not exist. Create it first."],
  ]);
  expect(process.exitCode).toBe(1);
});

// Receiver, worker and deliveries command on one inbox: why deliveries stop, and how an operator
// repairs them.

const DAY_MS = 24 * 60 * 60_000;
const SECRET = "the client secret of the script's test";
const TENANT: Tenant = { slug: "acme", secrets: SECRET, accountIds: ["MQ=="] };
const JOB = { event: "job.created", data: { id: "1", title: "Lawn Service" } };

let now: number;
let store: ReturnType<typeof createMemoryStore>;
let inbox: ReturnType<typeof createMemoryInbox>;

beforeEach(() => {
  now = Date.parse("2026-01-25T10:00:00Z");
  store = createMemoryStore();
  inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now: () => now });
});

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

async function post(payload: object | string): Promise<unknown> {
  const receiver = createReceiver({
    tenants: [TENANT],
    inbox,
    logger: silentLogger,
    now: () => now,
  });
  const response = await receiver.handle({
    method: "POST",
    tenant: "acme",
    ...signedRequest(payload, SECRET),
  });
  return JSON.parse(response.body);
}

async function work(options: Partial<WorkerOptions> = {}): Promise<void> {
  await createWorker({
    inbox,
    store,
    tenants: [TENANT],
    logger: silentLogger,
    now: () => now,
    retry: { maxAttempts: 1 },
    ...options,
  }).drain();
}

const list = (...args: string[]) => runCommand(inbox, "list", ...args);

test("redrive processes a dead letter after its handler is fixed", async () => {
  await post(JOB);
  await work({
    on: {
      "job.created": () => {
        throw new Error("the accounting system is down");
      },
    },
  });
  expect(await list()).toMatch(/dead +ERR_HANDLER +acme +job\.created +1 .* 1$/m);
  expect(await list()).toContain(
    '1: Handler on["job.created"] threw. Error: the accounting system is down',
  );
  expect(await runCommand(inbox, "replay")).toContain("0 requeued");

  expect(await runCommand(inbox, "redrive", "--tenant", "acme")).toContain("1 requeued");
  expect(await list()).toMatch(/waiting +- +acme/);
  const handled: string[] = [];
  await work({ on: { "job.created": ({ tenant }) => void handled.push(tenant) } });
  expect(handled).toEqual(["acme"]);
  expect(await list()).toContain("none");
  expect(await list("--state", "done")).toMatch(/done +- +acme/);
  expect(await store.submissions("acme")).toHaveLength(1);
});

test("replay processes a quarantined delivery once its account belongs to the tenant", async () => {
  const notification = notificationPayload("JOB_UPDATE", { accountId: "Mg==", itemId: "7" });
  expect(await post(notification)).toEqual({ status: "quarantined" });
  expect(await list()).toMatch(/quarantined +ERR_ACCOUNT_MISMATCH +acme +JOB_UPDATE/);
  // The cause remains.
  expect(await runCommand(inbox, "replay")).toContain("1 requeued");
  await work({ source });
  expect(await list()).toMatch(/quarantined +ERR_ACCOUNT_MISMATCH/);

  expect(await runCommand(inbox, "replay")).toContain("1 requeued");
  await work({ source, tenants: [{ ...TENANT, accountIds: ["MQ==", "Mg=="] }] });
  expect(await list()).toContain("none");
  expect(await store.jobs("acme")).toMatchObject([{ jobberJobId: "7", title: "Hedge Trimming" }]);
});

test("replay processes an unresolved delivery once there is a source", async () => {
  await post(notificationPayload("JOB_UPDATE", { accountId: "MQ==", itemId: "7" }));
  await work();
  expect(await list()).toMatch(/unresolved +no_source +acme +JOB_UPDATE +7/);

  expect(await runCommand(inbox, "replay", "--topic", "JOB_UPDATE")).toContain("1 requeued");
  await work({ source });
  expect(await list()).toContain("none");
  expect(await store.jobs("acme")).toMatchObject([{ jobberJobId: "7", title: "Hedge Trimming" }]);
});

test("purge erases the bodies of deliveries done for 30 days and deletes those quarantined as long", async () => {
  await post(JOB);
  await post('{"event":"job.upd');
  await work();
  now += 29 * DAY_MS;
  expect(await runCommand(inbox, "purge")).toContain("0 bodies erased, 0 deliveries deleted");
  now += 2 * DAY_MS;
  expect(await runCommand(inbox, "purge")).toContain("1 bodies erased, 1 deliveries deleted");
  expect(await list()).toContain("none");
  expect(await inbox.list({ states: ["done"] })).toMatchObject([{ bodyBytes: null }]);
});

const source: RecordSource = {
  fetch: async (_tenant, _type, id) => ({
    jobs: [
      fetchedJob(id, {
        sourceUpdatedAt: "2026-01-25T10:00:00Z",
        jobNumber: 12,
        title: "Hedge Trimming",
        status: "scheduled",
        jobberStatus: "upcoming",
      }),
    ],
    contacts: [],
  }),
};
